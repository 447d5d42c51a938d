/** Usage on the wire: receipts added up. */
import { z } from '@hono/zod-openapi'
import { USAGE_GROUPS } from '../../services/get-usage.ts'
import { USAGE_REPORT } from './examples/figures.ts'
import { CostUsd, Instant, Timestamp } from './scalars.ts'

export const UsageQuery = z.strictObject({
  from: Instant.optional().openapi({ description: 'Taken down to the full hour; absent: the beginning of this month, UTC' }),
  to: Instant.optional().openapi({ description: 'Without it; taken up to the full hour; absent: now' }),
  groupBy: z.enum(USAGE_GROUPS).default('day').openapi({ description: 'What each line of the report is of' }),
})

const tokens = z.int()
const byModality = z.record(z.string(), tokens).openapi({ example: { TEXT: 22, IMAGE: 1120 } })

const receipt = {
  requests: z.int().openapi({ description: 'Turns that ended' }),
  attempts: z.int(),
  succeeded: z.int(),
  costUsd: CostUsd,
  billed: z
    .strictObject({ yes: z.int(), maybe: z.int() })
    .openapi({ description: 'Attempts charged for sure, and those nobody can tell of' }),
  maybeCostUsd: CostUsd.openapi({ description: 'What the latter would add, as estimated beforehand; not in `costUsd`' }),
  tokens: z.strictObject({
    prompt: tokens,
    output: tokens,
    thought: tokens,
    promptByModality: byModality,
    outputByModality: byModality,
  }),
  waitMs: z.int().openapi({ description: 'Waits after attempts that failed' }),
}

const Receipt = z.strictObject(receipt).openapi('Receipt')

export const UsageReport = z
  .strictObject({
    from: Timestamp,
    to: Timestamp,
    groupBy: z.enum(USAGE_GROUPS),
    total: Receipt,
    data: z.array(
      z.strictObject({
        day: z.string().optional().openapi({ example: '2026-11-20' }),
        model: z.string().nullable().optional().openapi({ description: 'null: turns that asked no model' }),
        sessionId: z.string().nullable().optional().openapi({ description: 'null: sessions deleted since, and all but the dearest 1,000' }),
        tenant: z.string().optional(),
        ...receipt,
      }),
    ),
  })
  .openapi('UsageReport', { example: USAGE_REPORT })
