import { ApiError, type ErrorDetail } from '../wire/api-error.ts'

const METRIC_PREFIX = 'generativelanguage.googleapis.com/'

/** The quotas by what they count: ids and metrics as seen (wire-facts §4); those of images are not recorded and follow the pattern. */
const QUOTAS = {
  requests: { quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', metric: 'generate_content_free_tier_requests' },
  images: { quotaId: 'GenerateImagesPerMinutePerProjectPerModel-FreeTier', metric: 'generate_content_free_tier_images' },
  tokens: { quotaId: 'GenerateContentPaidTierInputTokensPerModelPerMinute', metric: 'generate_content_paid_tier_input_token_count' },
  day: { quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', metric: 'generate_content_free_tier_requests' },
} as const

export type QuotaName = keyof typeof QUOTAS
export type QuotaViolation = { quota: QuotaName; limit: number }

const ADVICE =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. '

/**
 * 429 as recorded. The message has the finer delay, RetryInfo the whole seconds; there is no Retry-After header.
 * @param input.retryDelay a protobuf Duration, put in as it is; `null` leaves RetryInfo and the sentence out
 */
export function quotaError(input: {
  model: string
  violations: QuotaViolation[]
  retryDelay: string | null
  fineDelay?: string
}): ApiError {
  const { model, violations, retryDelay, fineDelay = retryDelay } = input
  const exceeded = violations.map(
    ({ quota, limit }) => `\n* Quota exceeded for metric: ${METRIC_PREFIX}${QUOTAS[quota].metric}, limit: ${limit}, model: ${model}`,
  )
  const retry = retryDelay === null ? '' : `\nPlease retry in ${fineDelay}.`
  const details: ErrorDetail[] = [
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [{ description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' }],
    },
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: violations.map((violation) => quotaViolation(violation, model)) },
    ...(retryDelay === null ? [] : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]),
  ]
  return new ApiError({ code: 429, status: 'RESOURCE_EXHAUSTED', message: `${ADVICE}${exceeded.join('')}${retry}`, details })
}

function quotaViolation({ quota, limit }: QuotaViolation, model: string) {
  const { quotaId, metric } = QUOTAS[quota]
  return { quotaMetric: `${METRIC_PREFIX}${metric}`, quotaId, quotaDimensions: { model, location: 'global' }, quotaValue: String(limit) }
}

/** 429 with nothing to go by: shared capacity is short. */
export function bareQuotaError(): ApiError {
  return new ApiError({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' })
}
