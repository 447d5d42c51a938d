/** Turns on the wire. */
import { z } from '@hono/zod-openapi'
import { TURN_STATUSES, WAIT_REASONS } from '../../domain/turn.ts'
import { AttemptResource, Billed, Usage } from './attempt.ts'
import { ADOPTION, NEW_TURN, TURN_OPTIONS, TURN_SHOWN } from './examples/turn.ts'
import { InputPart, InputPartShown, OutputImage, OutputPart } from './part.ts'
import { TurnProblem } from './problem.ts'
import { CostUsd, Instant, idOf, Metadata, Timestamp } from './scalars.ts'
import { ImageSettings, Models, PolicyNarrowing, Strategy } from './settings.ts'

export const PARTS_MAX = 32
const DEADLINE_MS_MAX = 24 * 3_600_000

/** All a turn may say besides its parts: the `options` of a form. */
/** Two schemas are made of it: one that is made of the other would be an `allOf`, of two that each forbid what the other has. */
const options = z.strictObject({
  parentId: idOf('trn')
    .nullable()
    .optional()
    .openapi({ description: 'What it builds on, a turn that succeeded. Absent: the head. null: a new root' }),
  expectedHeadTurnId: idOf('trn').nullable().optional().openapi({ description: '412 `stale_parent` unless this is the head' }),
  image: ImageSettings.default({}),
  models: Models.nullable().default(null),
  strategy: Strategy.nullable().default(null),
  policy: PolicyNarrowing.default({}),
  deadlineMs: z.int().min(1000).max(DEADLINE_MS_MAX).nullable().default(null),
  notBefore: Instant.nullable().default(null),
  window: z.enum(['off_peak']).nullable().default(null),
  webhookUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2000)
    .nullable()
    .default(null)
    .openapi({ description: 'Is told of the end of the turn (Standard Webhooks), signed with the `webhook.secret` of the tenant' }),
  metadata: Metadata.default({}),
})

export const TurnOptions = options.openapi('TurnOptions', { example: TURN_OPTIONS })

export const InputParts = z.array(InputPart).min(1).max(PARTS_MAX)

export const NewTurn = options.extend({ parts: InputParts }).openapi('NewTurn', { example: NEW_TURN })

export const TurnForm = z
  .strictObject({
    prompt: z.string().optional(),
    image: z.array(z.string().openapi({ format: 'binary' })).optional(),
    options: TurnOptions.optional(),
  })
  .openapi('TurnForm', { description: 'Parts of the turn are `prompt` and each `image`, in the order of the form' })

export const Adoption = z.strictObject({ attempt: z.int().min(1).max(10_000) }).openapi('Adoption', { example: ADOPTION })

export const TurnResource = z
  .strictObject({
    id: idOf('trn'),
    sessionId: idOf('ses'),
    parentId: idOf('trn').nullable(),
    siblingIds: z.array(idOf('trn')),
    index: z.int().openapi({ description: 'Depth from the root, from 0' }),
    status: z.enum(TURN_STATUSES),
    version: z.int().openapi({ description: 'The seq of its last event; grows with every change' }),
    input: z.strictObject({ parts: z.array(InputPartShown) }),
    image: ImageSettings,
    policy: PolicyNarrowing,
    metadata: Metadata,
    models: Models.nullable(),
    strategy: Strategy.nullable(),
    notBefore: Timestamp.nullable(),
    window: z.enum(['off_peak']).nullable(),
    deadlineAt: Timestamp.nullable(),
    waitingUntil: Timestamp.nullable(),
    waitReason: z.enum(WAIT_REASONS).nullable(),
    output: z.strictObject({ parts: z.array(OutputPart), image: OutputImage.nullable() }).nullable(),
    model: z.string().nullable(),
    modelVersion: z.string().nullable(),
    fallback: z.boolean(),
    degraded: z.array(z.string()),
    historyFidelity: z.enum(['exact', 'repacked', 'windowed']).nullable(),
    attempts: z.array(AttemptResource),
    usage: Usage.nullable(),
    costUsd: CostUsd,
    billed: Billed,
    error: TurnProblem.nullable(),
    queuePosition: z.int(),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
  })
  .openapi('Turn', { example: TURN_SHOWN })
