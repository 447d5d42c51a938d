/** Attempts on the wire: the ledger of a turn. */
import { z } from '@hono/zod-openapi'
import { FAILURE_KINDS } from '../../domain/failure.ts'
import { CostUsd, Timestamp } from './scalars.ts'
import { ImageSettings } from './settings.ts'

export const Billed = z
  .enum(['no', 'maybe', 'yes'])
  .openapi('Billed', { description: '`no` for refusals, `yes` for answers, `maybe` where nobody can tell' })

const TokenCount = z.strictObject({ modality: z.string(), tokens: z.number() })
const tokens = z.number().nullable()

export const Usage = z
  .strictObject({
    promptTokens: tokens,
    outputTokens: tokens,
    thoughtTokens: tokens,
    totalTokens: tokens,
    promptByModality: z.array(TokenCount).readonly(),
    outputByModality: z.array(TokenCount).readonly(),
  })
  .openapi('Usage')

export const AttemptResource = z
  .strictObject({
    n: z.int(),
    model: z.string(),
    endpoint: z.string(),
    image: ImageSettings,
    startedAt: Timestamp,
    durationMs: z.number().nullable(),
    outcome: z
      .enum(['succeeded', ...FAILURE_KINDS])
      .nullable()
      .openapi({ description: 'null: in flight' }),
    httpStatus: z.int().nullable(),
    message: z.string().nullable(),
    next: z.enum(['retry', 'fallback', 'repair', 'fail', 'done']).nullable(),
    waitMs: z.number(),
    billed: Billed,
    usage: Usage.nullable(),
    costUsd: CostUsd,
    late: z.boolean().openapi({ description: 'Came after the turn had ended; kept, since it is paid for, and adoptable' }),
  })
  .openapi('Attempt')
