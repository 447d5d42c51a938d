/** What the demo reads of the service's answers (docs: `/openapi.json`). Loose: the service may add fields. */
import { z } from 'zod'

const money = z.number().nonnegative()

export const problemSchema = z.looseObject({ code: z.string(), title: z.string(), detail: z.string() })

export const mediaSchema = z.looseObject({
  id: z.string(),
  mimeType: z.string(),
  bytes: z.number(),
  width: z.number().nullable(),
  height: z.number().nullable(),
})

export const sessionSchema = z.looseObject({
  id: z.string(),
  models: z.array(z.string()),
  headTurnId: z.string().nullable(),
  costUsd: money,
})

const attemptSchema = z.looseObject({
  n: z.number(),
  model: z.string(),
  durationMs: z.number().nullable(),
  /** `succeeded`, a failure kind, or null while in flight. */
  outcome: z.string().nullable(),
  httpStatus: z.number().nullable(),
  message: z.string().nullable(),
  next: z.string().nullable(),
  waitMs: z.number().nullable(),
  billed: z.enum(['no', 'maybe', 'yes']),
  costUsd: money,
})

const imagePartSchema = z.looseObject({ type: z.literal('image'), mediaId: z.string(), mimeType: z.string(), thought: z.boolean() })
const textPartSchema = z.looseObject({ type: z.literal('text'), text: z.string(), thought: z.boolean() })

export const turnSchema = z.looseObject({
  id: z.string(),
  parentId: z.string().nullable(),
  status: z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled', 'outcome_unknown']),
  output: z
    .looseObject({
      parts: z.array(z.discriminatedUnion('type', [textPartSchema, imagePartSchema])),
      image: z.looseObject({ mediaId: z.string(), mimeType: z.string() }).nullable(),
    })
    .nullable(),
  model: z.string().nullable(),
  fallback: z.boolean(),
  historyFidelity: z.enum(['exact', 'repacked', 'windowed']).nullable(),
  attempts: z.array(attemptSchema),
  costUsd: money,
  error: problemSchema.nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
})

export type Session = z.infer<typeof sessionSchema>
export type Media = z.infer<typeof mediaSchema>
export type Turn = z.infer<typeof turnSchema>
export type Attempt = z.infer<typeof attemptSchema>
