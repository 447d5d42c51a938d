/** A turn as a bundle holds it: what was asked, every answer exactly as received, and the ledger of what it took. */
import { z } from 'zod'
import { REQUEST_ERRORS, type RequestErrorCode, TURN_ERRORS, type TurnErrorCode } from '../problem.ts'
import { ENDED } from '../turn.ts'
import { ImageSettings, Metadata, Models, PolicyNarrowing, Strategy } from './bundle-session.ts'
import { CostUsd, Count, Name, Ordinal, Sha256, Time, text } from './bundle-values.ts'
import { BUNDLE_LIMITS } from './limits.ts'

/** Text of one part without its image and signature: what the adapter takes in at most (gemini/document-scanner.ts). */
const RAW_UNITS_MAX = 1024 * 1024

const Fidelity = z.enum(['exact', 'repacked', 'windowed'])
const Degraded = z.array(z.string().max(64)).max(8).readonly()

const InputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: text(100_000) }),
  z.strictObject({ type: z.literal('image'), sha256: Sha256 }),
])

const Hole = z.discriminatedUnion('holds', [
  z.strictObject({
    at: Count,
    holds: z.literal('image'),
    sha256: Sha256,
    bytes: Count,
    alphabet: z.enum(['base64', 'base64url']),
    padded: z.boolean(),
  }),
  z.strictObject({ at: Count, holds: z.literal('signature'), sha256: Sha256, bytes: Count }),
])

const AnswerPart = z.strictObject({
  raw: text(RAW_UNITS_MAX).describe('The JSON of the part as received, with "" where its image and its signature stood'),
  holes: z.array(Hole).max(2).readonly().describe('What stood there, by the index in `raw` of the second quote (UTF-16 units)'),
  mintedBy: z.strictObject({ api: Name, model: Name }),
})
export type BundlePart = z.infer<typeof AnswerPart>

const Answer = z.strictObject({ attempt: z.int().min(1), parts: z.array(AnswerPart).min(1).max(BUNDLE_LIMITS.answerPartsMax) })

const tokens = z.number().min(0).nullable()
const TokenCounts = z
  .array(z.strictObject({ modality: z.string().max(64), tokens: z.number() }))
  .max(64)
  .readonly()

const Usage = z.strictObject({
  promptTokens: tokens,
  outputTokens: tokens,
  thoughtTokens: tokens,
  totalTokens: tokens,
  promptByModality: TokenCounts,
  outputByModality: TokenCounts,
})

/** One row of the ledger. Kept for reading: an imported attempt is never acted on and never counted. */
export const BundleAttempt = z.strictObject({
  n: z.int().min(1),
  model: Name,
  endpoint: Name,
  image: ImageSettings,
  fidelity: Fidelity,
  degraded: Degraded,
  fallback: z.boolean(),
  request: z.unknown().describe('What was sent: words in full, media by digest'),
  startedAt: Time,
  endedAt: Time,
  outcome: z.string().max(64),
  httpStatus: z.int().nullable(),
  message: z.string().max(4_000).nullable(),
  facts: z.record(z.string(), z.unknown()),
  next: z.string().max(64).nullable(),
  waitMs: z.number().min(0),
  billed: z.enum(['no', 'maybe', 'yes']),
  usage: Usage.nullable(),
  costUsd: CostUsd,
  modelVersion: z.string().max(200).nullable(),
  responseId: z.string().max(200).nullable(),
  late: z.boolean(),
})
export type BundleAttempt = z.infer<typeof BundleAttempt>

const errorCodes = [...Object.keys(REQUEST_ERRORS), ...Object.keys(TURN_ERRORS)] as (RequestErrorCode | TurnErrorCode)[]

const TurnProblem = z.strictObject({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.int(),
  detail: z.string().max(8_000),
  code: z.enum(errorCodes),
  retryable: z.boolean(),
  retryAfterMs: z.number().optional(),
  errors: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .readonly()
    .optional(),
  reason: z.string().optional(),
  ratings: z
    .array(z.strictObject({ category: z.string(), probability: z.string().nullable(), blocked: z.boolean() }))
    .readonly()
    .optional(),
})

export const BundleTurn = z.strictObject({
  parent: Ordinal.nullable().describe('An earlier turn; null: a root'),
  status: z.enum(ENDED),
  input: z.array(InputPart).min(1).max(BUNDLE_LIMITS.inputPartsMax),
  image: ImageSettings,
  models: Models.nullable(),
  strategy: Strategy.nullable(),
  policy: PolicyNarrowing,
  metadata: Metadata,
  window: z.enum(['off_peak']).nullable(),
  notBefore: Time.nullable(),
  deadlineMs: Count.nullable(),
  deadlineAt: Time.nullable(),
  outputAttempt: z.int().min(1).nullable().describe('The answer that is the turn’s output'),
  model: Name.nullable(),
  modelVersion: Name.nullable(),
  fallback: z.boolean(),
  degraded: Degraded,
  historyFidelity: Fidelity.nullable(),
  error: TurnProblem.nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  answers: z.array(Answer).max(BUNDLE_LIMITS.attemptsMax),
  attempts: z.array(BundleAttempt).max(BUNDLE_LIMITS.attemptsMax),
})
export type BundleTurn = z.infer<typeof BundleTurn>
