import { z } from 'zod'
import { CATALOGUE_ERRORS } from '../wire/error-catalogue.ts'

const milliseconds = z.number().min(0)
const count = z.int().min(0)
const positive = z.int().min(1)

/** What goes wrong. `latency`, `slow_body`, `expire_files` and `reroute` change an answer and let the next rule speak; the others end the search. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** An error of the catalogue: `overloaded`, `high_demand`, `internal`, `deadline_exceeded`, `site_overloaded`, `key_leaked` … */
  z.strictObject({ kind: z.literal('error'), error: z.enum(CATALOGUE_ERRORS) }),
  /** A page from something in between, not from the API; under 200 too. */
  z.strictObject({ kind: z.literal('gateway_html'), status: z.int().min(200).max(599).default(502) }),
  /** 429. `retryDelay` is put in RetryInfo as written (`34.4s`, `9223372036854775807s`); `null` leaves RetryInfo out. */
  z.strictObject({
    kind: z.literal('rate_limited'),
    quota: z.enum(['requests', 'images', 'tokens']).default('requests'),
    retryDelay: z.string().nullable().default('48s'),
  }),
  /** 429 for the day, beside a misleading RetryInfo. */
  z.strictObject({ kind: z.literal('quota_day'), retryDelay: z.string().nullable().default('38s') }),
  /** 429 that never clears: `limit: 0`. */
  z.strictObject({ kind: z.literal('quota_zero') }),
  /** 429 with violations per minute and per day at once. */
  z.strictObject({ kind: z.literal('quota_several') }),
  /** 429 without any details: shared capacity. */
  z.strictObject({ kind: z.literal('quota_bare') }),
  /** Takes the request and never answers. */
  z.strictObject({ kind: z.literal('silence'), carriedOut: z.boolean().default(false) }),
  /** Takes the request and closes the connection; `carriedOut`: after the generation was done and paid for. */
  z.strictObject({ kind: z.literal('drop'), carriedOut: z.boolean().default(false) }),
  /** After so many bytes of the answer's body the connection closes or, with `hang`, stays open and silent. */
  z.strictObject({ kind: z.literal('cut'), afterBytes: count, hang: z.boolean().default(false) }),
  /** A JSON error object behind the first events of a stream; on a unary call, an error. */
  z.strictObject({ kind: z.literal('error_mid_stream'), error: z.enum(CATALOGUE_ERRORS).default('cancelled') }),
  /** 200 with no image: see the table in `generate/refusals.ts`. */
  z.strictObject({
    kind: z.literal('refusal'),
    refusal: z.enum([
      'image_safety',
      'image_prohibited',
      'image_recitation',
      'image_other',
      'safety',
      'prohibited_content',
      'no_image',
      'missing_thought_signature',
      'malformed_response',
      'max_tokens',
      'internal_error',
      'empty_content',
      'no_candidates',
      'prompt_safety',
      'prompt_prohibited',
      'unknown_block',
    ]),
  }),
  /** The picture is there, under a finishReason nobody has heard of. */
  z.strictObject({ kind: z.literal('unknown_finish'), finishReason: z.string().default('IMAGE_CONTEMPLATION') }),
  /** The picture's base64 is broken. */
  z.strictObject({ kind: z.literal('wrong_base64') }),
  /** Refuses the signatures of the history, good as they are. Without any in the history nothing happens. */
  z.strictObject({ kind: z.literal('reject_signatures') }),
  /** 404, as for a model that has been shut down. */
  z.strictObject({ kind: z.literal('model_gone') }),
  /** Another model answers; only `modelVersion` tells. */
  z.strictObject({ kind: z.literal('reroute'), to: z.string() }),
  /** All files of all projects expire now, before the request is looked at. */
  z.strictObject({ kind: z.literal('expire_files') }),
  /** So much later, in real milliseconds. */
  z.strictObject({ kind: z.literal('latency'), ms: milliseconds }),
  /** The body trickles: so many bytes every so many real milliseconds. */
  z.strictObject({ kind: z.literal('slow_body'), chunkBytes: positive, everyMs: milliseconds }),
])

/** When it goes wrong: all that is given must hold. */
const matchSchema = z.strictObject({
  /** What is called; by default generation only. */
  call: z.enum(['generate', 'upload', 'files', 'models', 'any']).default('generate'),
  model: z.string().optional(),
  /** Requests number `from` to `to`, 1-based, counted among those of this model and call (`of: 'model'`) or of all requests. */
  nth: z.strictObject({ from: positive, to: positive.optional(), of: z.enum(['model', 'all']).default('model') }).optional(),
  /** Share of the requests it hits, decided by seed, rule and request number. */
  rate: z.number().min(0).max(1).optional(),
  /** The size the request names. */
  imageSize: z.string().optional(),
  /** In the newest user text, whatever its case. */
  prompt: z.string().optional(),
  /** Milliseconds on the simulator's clock since it started or was reset. */
  fromMs: milliseconds.optional(),
  untilMs: milliseconds.optional(),
})

export const faultRuleSchema = z.strictObject({
  match: matchSchema.prefault({}),
  /** How often at most. */
  times: positive.optional(),
  fault: faultSchema,
})

export type Fault = z.output<typeof faultSchema>
export type FaultKind = Fault['kind']
export type FaultRule = z.output<typeof faultRuleSchema>
/** As a caller writes it. */
export type FaultRuleInput = z.input<typeof faultRuleSchema>
