/** Tenants on the wire. */
import { z } from '@hono/zod-openapi'
import { CostUsd, Timestamp } from './scalars.ts'

const BUDGET_USD_MAX = 1_000_000
const TTL_MS_MIN = 60_000
const TTL_MS_MAX = 10 * 366 * 24 * 3_600_000

export const TenantId = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens and underscores')

const budgetUsd = z
  .number()
  .min(0)
  .max(BUDGET_USD_MAX)
  .nullable()
  .openapi({ description: 'For what ends within one calendar month, UTC; null: no limit' })

const retention = z
  .strictObject({ sessionTtlMs: z.int().min(TTL_MS_MIN).max(TTL_MS_MAX).nullable() })
  .openapi({ description: 'A session without an `expiresAt` of its own is deleted this long after its last change; null: never' })

export const TenantChanges = z.strictObject({ budgetUsd, retention }).partial().openapi('TenantChanges')

export const TenantResource = z
  .strictObject({
    id: TenantId,
    budgetUsd,
    spentUsd: CostUsd.openapi({ description: 'This calendar month, deleted sessions included' }),
    heldUsd: CostUsd.openapi({ description: 'For turns under way' }),
    retention,
    createdAt: Timestamp,
  })
  .openapi('Tenant')
