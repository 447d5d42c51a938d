/** Requests to the upstream on the wire: what was sent, and what would be. Words in full, media by digest. */
import { z } from '@hono/zod-openapi'
import { WAIT_REASONS } from '../../domain/turn.ts'
import { SENT_REQUESTS, TURN_PLAN } from './examples/turn.ts'
import { TurnProblem } from './problem.ts'
import { CostUsd, idOf, Timestamp } from './scalars.ts'
import { ImageSettings, SafetySetting } from './settings.ts'

const digest = { sha256: z.string(), bytes: z.int() }
const Stored = z.strictObject({ holds: z.enum(['image', 'signature']), ...digest })

const SentPart = z
  .union([
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('image'), sentAs: z.literal('inline'), mimeType: z.string(), ...digest }),
    z.strictObject({
      type: z.literal('image'),
      sentAs: z.literal('file'),
      mimeType: z.string(),
      uri: z.string().nullable().openapi({ description: 'null in a plan: it is uploaded when the turn is sent' }),
      sha256: z.string().optional(),
      bytes: z.int().optional(),
    }),
    z.strictObject({ type: z.literal('replayed'), json: z.string(), stored: z.array(Stored) }),
  ])
  .openapi('SentPart', { description: '`replayed`: a part of the model’s, byte for byte as it came; `json` lacks what is `stored`' })

export const SentRequest = z
  .strictObject({
    endpoint: z.string(),
    model: z.string(),
    systemInstruction: z.string().nullable(),
    safetySettings: z.array(SafetySetting).readonly(),
    image: ImageSettings,
    includeThoughts: z.boolean(),
    contents: z.array(z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(SentPart) })),
    size: z
      .strictObject({ bytes: z.int(), images: z.int(), tokens: z.int(), signatureBytes: z.int() })
      .openapi({ description: 'Of `contents`; `tokens` are an estimate' }),
  })
  .openapi('SentRequest')

export const SentRequests = z
  .strictObject({ attempts: z.array(z.strictObject({ n: z.int(), startedAt: Timestamp, request: SentRequest })) })
  .openapi('SentRequests', { example: SENT_REQUESTS })

const NextStep = z
  .discriminatedUnion('action', [
    z.strictObject({
      action: z.literal('attempt'),
      endpoint: z.string(),
      model: z.string(),
      image: ImageSettings,
      degraded: z.array(z.string()).readonly(),
      fallback: z.boolean(),
      timeoutMs: z.number(),
    }),
    z.strictObject({ action: z.literal('wait'), until: Timestamp, because: z.enum(WAIT_REASONS) }),
    z.strictObject({ action: z.literal('fail'), error: TurnProblem }),
    z.strictObject({ action: z.literal('repair') }),
  ])
  .openapi('NextStep', { description: 'What the engine would do now' })

export const TurnPlan = z
  .strictObject({
    parentId: idOf('trn').nullable(),
    models: z.array(z.string()).openapi({ description: 'In the order in which they would be asked' }),
    next: NextStep,
    historyFidelity: z.enum(['exact', 'repacked', 'windowed']),
    leftOut: z.strictObject({ images: z.int(), turns: z.int() }).openapi({ description: 'Of the history: not sent at all' }),
    request: SentRequest,
    estimatedCostUsd: CostUsd,
  })
  .openapi('TurnPlan', { example: TURN_PLAN, description: 'What would be sent, to whom, and for how much' })
