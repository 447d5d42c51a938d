import { tenantSpending } from '../db/budget-queries.ts'
import { findTenant } from '../db/tenant-queries.ts'
import { RequestError } from '../domain/problem.ts'
import type { Tenant } from '../domain/tenant.ts'
import { monthBeginsMs } from '../monitoring/calendar-month.ts'
import type { Verb } from './context.ts'

/** `spentUsd`: this calendar month, as its budget counts it. `heldUsd`: for turns under way. */
export type TenantNow = Tenant & { spentUsd: number; heldUsd: number }

/** For the admin. */
export const getTenant: Verb<{ tenantId: string }, TenantNow> = async ({ ctx, input: { tenantId } }) => {
  const tenant = await findTenant(ctx.db, tenantId)
  if (tenant === null) throw new RequestError('not_found', `There is no tenant ${tenantId}.`)
  return { ...tenant, ...(await tenantSpending(ctx.db, tenantId, '', monthBeginsMs(ctx.clock.nowMs()))) }
}
