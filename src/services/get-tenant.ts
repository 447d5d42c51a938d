import { tenantSpending } from '../db/budget-queries.ts'
import { countTurnsInFlight, sumStoredBytes } from '../db/limit-queries.ts'
import { ensureTenant } from '../db/session-queries.ts'
import { findTenant } from '../db/tenant-queries.ts'
import { RequestError } from '../domain/problem.ts'
import type { Tenant } from '../domain/tenant.ts'
import { monthBeginsMs } from '../monitoring/calendar-month.ts'
import type { Verb } from './context.ts'
import { webhookSecretOf } from './webhook-secrets.ts'

/** What it has of what it may. `spentUsd`: this calendar month, as its budget counts it. `heldUsd`: for turns under way. */
export type TenantNow = Tenant & { spentUsd: number; heldUsd: number; openTurns: number; storedBytes: number; webhookSecret: string }

/** For the admin. The caller's own is there from the first: whoever needs no key reads its secret before it asks for anything. */
export const getTenant: Verb<{ tenantId: string }, TenantNow> = async ({ ctx, input: { tenantId } }) => {
  const nowMs = ctx.clock.nowMs()
  if (tenantId === ctx.principal.tenantId) await ensureTenant(ctx.db, tenantId, nowMs)
  const tenant = await findTenant(ctx.db, tenantId)
  if (tenant === null) throw new RequestError('not_found', `There is no tenant ${tenantId}.`)
  const [spending, openTurns, storedBytes, webhookSecret] = await Promise.all([
    tenantSpending(ctx.db, tenantId, '', monthBeginsMs(nowMs)),
    countTurnsInFlight(ctx.db, tenantId),
    sumStoredBytes(ctx.db, tenantId),
    webhookSecretOf(ctx, tenantId),
  ])
  return { ...tenant, ...spending, openTurns, storedBytes, webhookSecret }
}
