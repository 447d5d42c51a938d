import { describe, expect, it } from 'vitest'
import type { FailureFacts, FailureKind } from '../../src/domain/failure.ts'
import { classifyError } from '../../src/gemini/classify-error.ts'
import { errorCase } from '../../src/gemini/error-case.ts'
import { readWireError } from '../../src/gemini/wire-error.ts'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'

const classify = (status: number, body: string, retryAfter?: string) => classifyError(errorCase(status, readWireError(body), retryAfter))
const google = (code: number, status: string, message: string, details: unknown[] = []) =>
  JSON.stringify({ error: { code, message, status, details } })

/** Texts of wire-facts §1.2, §2.2, §3.3, §3.4 and §4. */
const rows: readonly [number, string, string, FailureKind, FailureFacts][] = [
  [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.', 'overloaded', {}],
  [503, 'UNAVAILABLE', 'This model is currently experiencing high demand. Spikes in demand are usually temporary.', 'overloaded', {}],
  [500, 'INTERNAL', 'An internal error has occurred. Please retry or report in https://…', 'upstream_fault', { deadlineExpired: false }],
  [504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.', 'upstream_fault', { deadlineExpired: true }],
  [499, 'CANCELLED', 'The operation was cancelled.', 'ambiguous', {}],
  [400, 'INVALID_ARGUMENT', 'Image part is missing a thought_signature in content position 2, part position 1.', 'signature_rejected', {}],
  [400, 'INVALID_ARGUMENT', 'Text part is missing a thought_signature in content position 2, part position 1.', 'signature_rejected', {}],
  [400, 'INVALID_ARGUMENT', 'Corrupted thought signature.', 'signature_rejected', {}],
  [
    400,
    'INVALID_ARGUMENT',
    `Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), Base64 decoding failed for "x"`,
    'signature_rejected',
    {},
  ],
  [
    403,
    'PERMISSION_DENIED',
    'You do not have permission to access the File 4u2xa0q1lrm4 or it may not exist.',
    'media_gone',
    { goneFiles: ['4u2xa0q1lrm4'] },
  ],
  [404, 'NOT_FOUND', 'File not found.', 'rejected', { rejection: 'other' }],
  [404, 'NOT_FOUND', 'File files/4u2xa0q1lrm4 not found.', 'media_gone', { goneFiles: ['4u2xa0q1lrm4'] }],
  [
    400,
    'FAILED_PRECONDITION',
    'The File 4u2xa0q1lrm4 is not in an ACTIVE state and usage is not allowed.',
    'media_gone',
    { goneFiles: ['4u2xa0q1lrm4'] },
  ],
  [400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.', 'too_large', {}],
  [400, 'INVALID_ARGUMENT', 'The input token count (81881) exceeds the maximum number of tokens allowed (65536).', 'too_large', {}],
  [413, 'INVALID_ARGUMENT', 'Too large', 'too_large', {}],
  [400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', 'rejected', { rejection: 'key', field: null }],
  [403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.', 'rejected', { rejection: 'key' }],
  [401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.', 'rejected', { rejection: 'key' }],
  [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', 'rejected', { rejection: 'region' }],
  [
    400,
    'FAILED_PRECONDITION',
    'Gemini API free tier is not available in your country. Please enable billing on your project.',
    'rejected',
    { rejection: 'billing' },
  ],
  [
    404,
    'NOT_FOUND',
    'models/X is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see …',
    'rejected',
    { rejection: 'model' },
  ],
  [
    400,
    'INVALID_ARGUMENT',
    `Invalid JSON payload received. Unknown name "imageOutputOptions" at 'generation_config.image_config': Cannot find field.`,
    'rejected',
    { rejection: 'field', field: 'generation_config.image_config.imageOutputOptions' },
  ],
  [
    400,
    'INVALID_ARGUMENT',
    `* GenerateContentRequest.contents[0].parts[1].data: required oneof field 'data' must have one initialized field`,
    'rejected',
    { rejection: 'field', field: 'GenerateContentRequest.contents[0].parts[1].data' },
  ],
  [400, 'INVALID_ARGUMENT', 'Unable to process input image. Please retry or report in …', 'rejected', { rejection: 'other', field: null }],
  [429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).', 'quota_exhausted', { quotas: [], retryAfterMs: null }],
]

describe('an error body', () => {
  it.each(rows)('%i %s "%s" is %s', (code, status, message, kind, facts) => {
    expect(classify(code, google(code, status, message))).toMatchObject({ kind, facts })
  })

  it('reads the same in every wrapping it comes in', () => {
    const [plain] = [google(503, 'UNAVAILABLE', 'The model is overloaded.')]
    const asString = JSON.stringify({ error: { message: plain, code: 503, status: 'Service Unavailable' } })
    for (const body of [plain, `[${plain}]`, `\n ${plain}`, asString, JSON.stringify({ error: { message: asString } })]) {
      expect(readWireError(body)).toMatchObject({ code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' })
    }
  })

  it.each([
    [502, '<html><title>502 Bad Gateway</title></html>', 'overloaded'],
    [503, '', 'overloaded'],
    [529, 'overloaded', 'overloaded'],
    [500, '{"error":{"code":5', 'upstream_fault'],
    [504, '<html>upstream request timeout</html>', 'upstream_fault'],
    [524, '<html>a timeout occurred</html>', 'upstream_fault'],
    [408, '', 'upstream_fault'],
    [413, '<html>413 Request Entity Too Large</html>', 'too_large'],
    [429, '<html>slow down</html>', 'quota_exhausted'],
    [403, '<html>Forbidden</html>', 'rejected'],
    [418, '{"error":"no"}', 'rejected'],
    [200, '{"error":{"message":"odd"}}', 'upstream_fault'],
  ] satisfies [number, string, FailureKind][])('that is none of the API (%i %s) is judged by its status: %s', (status, body, kind) => {
    expect(classify(status, body).kind).toBe(kind)
  })

  it('goes by the code inside where a gateway passes it on under another', () => {
    expect(classify(500, google(429, 'RESOURCE_EXHAUSTED', 'Please retry in 3s.'))).toMatchObject({ kind: 'rate_limited' })
    expect(classify(200, '{"error":{"status":"UNAVAILABLE","message":"x"}}').kind).toBe('overloaded')
  })

  it('names the field of a BadRequest', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0].role', description: 'x' }] },
    ]
    expect(classify(400, google(400, 'INVALID_ARGUMENT', 'Bad', details)).facts).toEqual({ rejection: 'field', field: 'contents[0].role' })
  })
})

describe('a 429', () => {
  const violation = (quotaId: string, quotaValue?: string) => ({ quotaId, quotaMetric: 'generativelanguage.googleapis.com/x', quotaValue })
  const body = (violations: unknown[], retryDelay?: string, message = 'You exceeded your current quota.') =>
    google(429, 'RESOURCE_EXHAUSTED', message, [
      ...(retryDelay === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]),
      ...(violations.length === 0 ? [] : [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations }]),
    ])
  const minute = violation('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '10')
  const day = violation('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '250')

  it.each([
    ['48s', 48_000],
    ['34.4s', 34_400],
    ['36.1234s', 36_124],
    ['65205s', 65_205_000],
    ['9223372036854775807s', 86_400_000],
    ['0s', 0],
  ])('that asks for %s is told to wait that long, never less, and never more than a day', (retryDelay, retryAfterMs) => {
    expect(classify(429, body([minute], retryDelay))).toMatchObject({ kind: 'rate_limited', facts: { retryAfterMs } })
  })

  it.each([
    ['Please retry in 48.939935699s.', '48s', 48_940],
    ['Please retry in 48.939935699s.', undefined, 48_940],
    ['Please retry in 829.137862ms.', '0s', 830],
    ['Please retry in 1h2m3.5s. Bye', undefined, 3_723_500],
    ['Please retry in a moment.', undefined, null],
    ['No word of it.', 'soon', null],
  ])('with the message "%s" beside the field %s waits %s ms', (message, retryDelay, retryAfterMs) => {
    expect(classify(429, body([minute], retryDelay, message))).toMatchObject({ kind: 'rate_limited', facts: { retryAfterMs } })
  })

  it('of a gateway has its delay in a header', () => {
    expect(classify(429, 'slow down', '7')).toMatchObject({ kind: 'rate_limited', facts: { retryAfterMs: 7000 } })
    expect(classify(429, 'slow down', 'Fri, 20 Nov 2026 12:00:00 GMT').kind).toBe('quota_exhausted')
  })

  it('of a daily quota is exhausted, whatever delay stands beside it', () => {
    expect(classify(429, body([minute, day], '38s'))).toMatchObject({
      kind: 'quota_exhausted',
      facts: {
        retryAfterMs: null,
        quotas: [
          { period: 'minute', counts: 'requests', limit: 10 },
          { period: 'day', counts: 'requests', limit: 250 },
        ],
      },
    })
  })

  it('of a limit of zero never clears', () => {
    const message = 'Quota.\n* Quota exceeded for metric: generativelanguage.googleapis.com/x, limit: 0, model: m\nPlease retry in 30s.'
    const exhausted = { kind: 'quota_exhausted', facts: { retryAfterMs: null, quotas: [{ limit: 0 }] } }
    expect(classify(429, body([violation('GenerateContentInputTokensPerModelPerMinute-FreeTier', '0')], '30s'))).toMatchObject(exhausted)
    expect(classify(429, body([violation('GenerateContentInputTokensPerModelPerMinute-FreeTier')], '30s', message))).toMatchObject(
      exhausted,
    )
    expect(classify(429, body([], '30s', message))).toMatchObject(exhausted)
    expect(classify(429, body([minute], '30s')).kind).toBe('rate_limited')
  })

  it('of a minute quota without any delay is still a matter of a minute', () => {
    expect(classify(429, body([minute]))).toMatchObject({ kind: 'rate_limited', facts: { retryAfterMs: null } })
  })

  it('keeps quota ids nobody knows verbatim', () => {
    const odd = { quotaId: 'ImagenFortnightlyTokens', quotaValue: 'many' }
    expect(classify(429, body([odd, {}], '5s'))).toMatchObject({
      kind: 'rate_limited',
      facts: {
        quotas: [
          { quotaId: 'ImagenFortnightlyTokens', metric: null, limit: null, period: 'unknown', counts: 'tokens' },
          { quotaId: 'unknown', period: 'unknown' },
        ],
      },
    })
  })
})

describeWithRecordings('recorded error bodies', () => {
  it.each([
    ['firebase/googleai--unary-failure-api-key.json', 400, 'rejected', { rejection: 'key' }],
    ['firebase/googleai--unary-failure-generativelanguage-api-not-enabled.json', 403, 'rejected', { rejection: 'permission' }],
    ['firebase/vertexai--unary-failure-iam-permission-denied.json', 403, 'rejected', { rejection: 'permission' }],
    ['firebase/googleai--unary-failure-unknown-model.json', 404, 'rejected', { rejection: 'model' }],
    ['firebase/vertexai--unary-failure-model-not-found.json', 404, 'rejected', { rejection: 'model' }],
    ['firebase/vertexai--streaming-failure-unknown-model.txt', 404, 'rejected', { rejection: 'model' }],
    ['firebase/vertexai--streaming-failure-http-error.txt', 400, 'rejected', { rejection: 'region' }],
    ['firebase/vertexai--unary-failure-unsupported-user-location.json', 400, 'rejected', { rejection: 'region' }],
    ['firebase/vertexai--streaming-failure-image-rejected.txt', 400, 'rejected', { rejection: 'other' }],
    ['vercel-ai/error-400-thinking-level-not-supported.txt', 400, 'rejected', { rejection: 'other' }],
    [
      'vercel-ai/google-429-retry-info.json',
      429,
      'rate_limited',
      { retryAfterMs: 34_400, quotas: [{ period: 'minute', counts: 'requests' }] },
    ],
    ['firebase/vertexai--unary-failure-quota-exceeded.json', 429, 'quota_exhausted', { quotas: [{ limit: 0, period: 'minute' }] }],
  ] satisfies [string, number, FailureKind, FailureFacts | object][])('%s (%i) is %s', (path, status, kind, facts) => {
    expect(classify(status, readRecording(path).toString())).toMatchObject({ kind, facts })
  })

  it.each([
    ['ruby_llm/chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml', 'rejected', { rejection: 'key' }],
    [
      'ruby_llm/chat_real_error_scenarios_gemini_gemini-2_5-flash_handles_context_length_exceeded_errors.yml',
      'rate_limited',
      {
        retryAfterMs: 48_940,
        quotas: [{ quotaId: 'GenerateContentPaidTierInputTokensPerModelPerMinute', limit: 1_000_000, period: 'minute', counts: 'tokens' }],
      },
    ],
    ['rig/nonexistent_model_error_preserves_status_and_body.yaml', 'rejected', { rejection: 'model' }],
    ['rig/nonexistent_model_streaming_error_preserves_status_and_body.yaml', 'rejected', { rejection: 'model' }],
  ] satisfies [string, FailureKind, object][])('%s is %s', (path, kind, facts) => {
    const response = readCassette(path).at(-1)?.response
    expect(response).toBeDefined()
    expect(classify(response?.status ?? 0, String(response?.body))).toMatchObject({ kind, facts })
  })
})
