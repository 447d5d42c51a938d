import { ensureTenant } from '../db/session-queries.ts'
import { changeTenant } from '../db/tenant-queries.ts'
import type { TenantChanges } from '../domain/tenant.ts'
import type { Verb } from './context.ts'
import { getTenant, type TenantNow } from './get-tenant.ts'

/** For the admin. A tenant that has not been seen yet is made, so that it can be limited before its first request. */
export const updateTenant: Verb<{ tenantId: string; changes: TenantChanges }, TenantNow> = async ({ ctx, input }) => {
  const { tenantId, changes } = input
  await ensureTenant(ctx.db, tenantId, ctx.clock.nowMs())
  await changeTenant(ctx.db, tenantId, changes)
  return getTenant({ ctx, input: { tenantId } })
}
