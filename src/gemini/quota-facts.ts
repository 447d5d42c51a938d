/** Which quotas a 429 names (wire-facts §4). Ids are an open set: what they mean is read off their words. */
import type { QuotaViolation } from '../domain/failure.ts'
import type { WireError } from './wire-error.ts'

const PERIODS: readonly (readonly [RegExp, QuotaViolation['period']])[] = [
  [/PerDay/i, 'day'],
  [/PerMinute/i, 'minute'],
]
const COUNTS: readonly (readonly [RegExp, QuotaViolation['counts']])[] = [
  [/tokens?/i, 'tokens'],
  [/images?/i, 'images'],
  [/requests?/i, 'requests'],
]

/** Every violation of every `QuotaFailure`, then what `ErrorInfo` (Vertex) or the message alone say. */
export function quotaViolations(error: WireError): QuotaViolation[] {
  const limits = limitsInMessage(error.message)
  const named = error.details.flatMap((detail) => [
    ...(detail.violations ?? []).map(({ quotaId, quotaMetric, quotaValue }) => violationOf(quotaId, quotaMetric, quotaValue, limits)),
    ...(detail.metadata && 'quota_limit' in detail.metadata ? [violationInMetadata(detail.metadata)] : []),
  ])
  return named.length > 0 ? named : [...limits].map(([metric, limit]) => violationOf(undefined, metric, limit, limits))
}

/** Lines such as `* Quota exceeded for metric: generativelanguage.googleapis.com/…, limit: 0, model: …`. */
function limitsInMessage(message: string): Map<string, string> {
  const lines = message.matchAll(/Quota exceeded for metric: ([^\s,]+), limit: (\d+)/g)
  return new Map([...lines].map(([, metric = '', limit = '']) => [metric, limit]))
}

function violationInMetadata(metadata: Readonly<Record<string, unknown>>): QuotaViolation {
  const text = (key: string) => (typeof metadata[key] === 'string' ? metadata[key] : undefined)
  return violationOf(text('quota_limit'), text('quota_metric'), text('quota_limit_value'), new Map())
}

function violationOf(
  quotaId: string | undefined,
  metric: string | undefined,
  value: string | number | undefined,
  limits: ReadonlyMap<string, string>,
): QuotaViolation {
  const limit = Number(value ?? limits.get(metric ?? '') ?? Number.NaN)
  const words = `${quotaId ?? ''} ${metric ?? ''}`
  return {
    quotaId: quotaId ?? metric ?? 'unknown',
    metric: metric ?? null,
    limit: Number.isFinite(limit) ? limit : null,
    period: PERIODS.find(([pattern]) => pattern.test(words))?.[1] ?? 'unknown',
    counts: COUNTS.find(([pattern]) => pattern.test(words))?.[1] ?? 'unknown',
  }
}
