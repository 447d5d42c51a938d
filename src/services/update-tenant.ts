import { ensureTenant } from '../db/session-queries.ts'
import { changeTenant, lockTenant } from '../db/tenant-queries.ts'
import type { Tenant, TenantChanges } from '../domain/tenant.ts'
import { audit } from './audit.ts'
import type { Verb } from './context.ts'
import { getTenant, type TenantNow } from './get-tenant.ts'
import { replaceSecret } from './webhook-secrets.ts'

interface TenantUpdate {
  tenantId: string
  changes: TenantChanges
  /** Null: one of ours. */
  webhookSecret?: string | null | undefined
}

/** For the admin. A tenant that has not been seen yet is made, so that it can be limited before its first request. */
export const updateTenant: Verb<TenantUpdate, TenantNow> = async ({ ctx, input }) => {
  const { tenantId, changes, webhookSecret } = input
  await ctx.db.transaction(async (tx) => {
    const inside = { ...ctx, db: tx }
    await ensureTenant(tx, tenantId, ctx.clock.nowMs())
    const changed = differences(await lockTenant(tx, tenantId), changes)
    if (Object.keys(changed).length > 0) await changeTenant(tx, tenantId, changes)
    const replaced = webhookSecret === undefined ? null : await replaceSecret(inside, tenantId, webhookSecret)
    const noted = { ...changed, ...(replaced === null ? {} : { webhookSecret: replaced }) }
    if (Object.keys(noted).length > 0) await audit(inside, { action: 'tenant.changed', tenantId, keyId: null, changes: noted })
  })
  return getTenant({ ctx, input: { tenantId } })
}

/** `{from, to}` of each setting that is not already so. */
function differences(before: Tenant | null, changes: TenantChanges): Record<string, { from: unknown; to: unknown }> {
  const held = new Map<string, unknown>(Object.entries(before ?? {}))
  const named = Object.entries(changes).filter(([name, to]) => to !== undefined && to !== (held.get(name) ?? null))
  return Object.fromEntries(named.map(([name, to]) => [name, { from: held.get(name) ?? null, to }]))
}
