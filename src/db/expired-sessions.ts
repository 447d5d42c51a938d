/** Sessions whose time is up. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

/** By their own `expiresAt`, whatever they are doing, or by their tenant's time to live, once no turn of theirs is open. */
export async function expiredSessions(db: Database, nowMs: number, limit: number): Promise<{ id: string; tenantId: string }[]> {
  const rows = await db.execute<{ id: string; tenant_id: string }>(sql`
    select id, tenant_id from sessions where expires_at_ms <= ${nowMs}
    union all
    select sessions.id, sessions.tenant_id from tenants join sessions on sessions.tenant_id = tenants.id
    where tenants.session_ttl_ms is not null and sessions.expires_at_ms is null and sessions.updated_at_ms <= ${nowMs} - tenants.session_ttl_ms
      and not exists (select 1 from turns where turns.session_id = sessions.id and turns.status in ('queued', 'running', 'waiting'))
    limit ${limit}`)
  return rows.map(({ id, tenant_id }) => ({ id, tenantId: tenant_id }))
}
