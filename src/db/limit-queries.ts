/** What tenants use of what they may. Nothing counts along: rows are counted, so that no crash can leave a count wrong. */
import { eq, lt, sql } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { requestWindows, tenants } from './schema.ts'

/** Requests a minute, as the admin set it; null: any number, or a tenant not seen yet. */
export async function requestsPerMinuteOf(db: Database, tenantId: string): Promise<number | null> {
  const rows = await db.select({ n: tenants.requestsPerMinute }).from(tenants).where(eq(tenants.id, tenantId))
  return rows[0]?.n ?? null
}

/** Makes the tenant if it is new, and tells how many bytes it may store; null: any number. One statement, as every upload needs it. */
export async function ensureTenantStorage(db: Database, tenantId: string, nowMs: number): Promise<number | null> {
  const rows = await db.execute<{ bytes: number | null }>(sql`
    with made as (insert into tenants (id, created_at_ms) values (${tenantId}, ${nowMs}) on conflict do nothing)
    select storage_bytes as bytes from tenants where id = ${tenantId}`)
  return rows[0]?.bytes ?? null
}

/** Turns queued, running or waiting, or of which an answer is still read on: that may cost, and can be adopted. */
export async function countTurnsInFlight(db: Database, tenantId: string): Promise<number> {
  const rows = await db.execute<{ n: number }>(sql`
    select count(*)::int as n from turns where tenant_id = ${tenantId} and (status in ('queued', 'running', 'waiting') or lease_owner is not null)`)
  return rows[0]?.n ?? 0
}

/** Bytes of the tenant's media: 2.5 ms for 10,000 of them, 28 ms for 100,000. Read only where there is a limit, and for the admin. */
export async function sumStoredBytes(db: Database, tenantId: string): Promise<number> {
  const rows = await db.execute<{ bytes: number }>(sql`
    select coalesce(sum(bytes), 0)::bigint as bytes from media where tenant_id = ${tenantId}`)
  return rows[0]?.bytes ?? 0
}

/** Minutes that ended before `beforeMs` (Unix ms): of tenants that no longer come, or are no longer limited. */
export async function forgetWindowsBefore(db: Database, beforeMs: number): Promise<void> {
  await db.delete(requestWindows).where(lt(requestWindows.expire, beforeMs))
}
