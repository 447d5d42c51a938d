/** What a tenant's webhooks are signed with: the present secret in its row, and those before it while their grace lasts. */
import { and, desc, eq, gt, lt, sql } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { retiredWebhookSecrets as retired, tenants } from './schema.ts'

/** The header grows by 47 characters with each; nobody rotates that often by intent. */
const RETIRED_MAX = 4

/**
 * The tenant's present secret. Where there is none yet, the first to ask has what it `make`s stored, and all others are given that:
 * the second of two nodes waits for the row and then finds it. Throws where there is no such tenant.
 */
export async function settleWebhookSecret(db: Database, tenantId: string, make: () => string): Promise<string> {
  const held = (await db.select({ secret: tenants.webhookSecret }).from(tenants).where(eq(tenants.id, tenantId)))[0]?.secret
  if (held != null) return held
  const rows = await db.execute<{ secret: string }>(sql`
    update tenants set webhook_secret = coalesce(webhook_secret, ${make()}) where id = ${tenantId} returning webhook_secret as secret`)
  const row = rows[0]
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}`)
  return row.secret
}

/** Those before the present one whose grace lasts at `nowMs` (Unix ms), the latest first. */
export async function retiredSecrets(db: Database, tenantId: string, nowMs: number): Promise<string[]> {
  const rows = await db
    .select({ secret: retired.secret })
    .from(retired)
    .where(and(eq(retired.tenantId, tenantId), gt(retired.endsAtMs, nowMs)))
    .orderBy(desc(retired.endsAtMs))
    .limit(RETIRED_MAX)
  return rows.map(({ secret }) => secret)
}

/**
 * Gives the tenant another secret; the one before signs along until `graceEndsAtMs` (Unix ms). To be called with the tenant's row
 * locked. False: it is the present one already.
 */
export async function replaceWebhookSecret(db: Database, tenantId: string, secret: string, graceEndsAtMs: number): Promise<boolean> {
  const [tenant] = await db.select({ before: tenants.webhookSecret }).from(tenants).where(eq(tenants.id, tenantId))
  const before = tenant?.before ?? null
  if (before === secret) return false
  await db.update(tenants).set({ webhookSecret: secret }).where(eq(tenants.id, tenantId))
  await db.delete(retired).where(and(eq(retired.tenantId, tenantId), eq(retired.secret, secret)))
  if (before !== null) await db.insert(retired).values({ tenantId, secret: before, endsAtMs: graceEndsAtMs })
  return true
}

/** Those whose grace ended before `beforeMs` (Unix ms). */
export async function forgetWebhookSecretsBefore(db: Database, beforeMs: number): Promise<void> {
  await db.delete(retired).where(lt(retired.endsAtMs, beforeMs))
}
