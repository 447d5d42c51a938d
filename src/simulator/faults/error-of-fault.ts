import { type ApiError, modelNotFound } from '../wire/api-error.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { Fault } from './fault-rule.ts'
import { bareQuotaError, quotaError } from './quota-error.ts'

const LIMITS = { requests: 10, images: 10, tokens: 1_000_000, day: 250 } as const

/** The faults that are answered with an error instead of a generation: which error. `undefined` for all others. */
export function errorOfFault(fault: Fault, model: string): ApiError | undefined {
  switch (fault.kind) {
    case 'error':
      return catalogueError(fault.error)
    case 'rate_limited':
      return quotaError({ model, violations: [{ quota: fault.quota, limit: LIMITS[fault.quota] }], retryDelay: fault.retryDelay })
    case 'quota_day':
      return quotaError({ model, violations: [{ quota: 'day', limit: LIMITS.day }], retryDelay: fault.retryDelay })
    case 'quota_zero':
      return quotaError({ model, violations: [{ quota: 'requests', limit: 0 }], retryDelay: '34s' })
    case 'quota_several':
      return quotaError({
        model,
        violations: (['day', 'requests', 'tokens'] as const).map((quota) => ({ quota, limit: LIMITS[quota] })),
        retryDelay: '38s',
      })
    case 'quota_bare':
      return bareQuotaError()
    case 'model_gone':
      return modelNotFound(model)
    default:
      return undefined
  }
}
