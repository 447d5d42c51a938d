/** How many turns are under way, from their rows. */
import { type SQL, sql } from 'drizzle-orm'
import type { TurnStatus } from '../domain/turn.ts'
import type { Database } from './connect.ts'

export interface Queue {
  depth: number
  /** Unix ms at which the oldest was submitted; null when none waits. */
  oldestSinceMs: number | null
}

/** Turns that wait for their session, a quota, a breaker or a backoff; not those told to wait (`notBefore`, `off_peak`). */
export async function readQueue(db: Database, tenantId: string | null): Promise<Queue> {
  const rows = await db.execute<{ depth: number; oldest: number | null }>(sql`
    select count(*)::int as depth, min(created_at_ms) as oldest from turns
    where status in ('queued', 'waiting') and wait_reason is distinct from 'not_before' and wait_reason is distinct from 'off_peak' ${own(tenantId)}`)
  return { depth: rows[0]?.depth ?? 0, oldestSinceMs: rows[0]?.oldest ?? null }
}

/** Open turns of all tenants, by status. */
export async function countOpenTurns(db: Database): Promise<Map<TurnStatus, number>> {
  const rows = await db.execute<{ status: TurnStatus; n: number }>(sql`
    select status, count(*)::int as n from turns where status in ('queued', 'running', 'waiting') group by status`)
  return new Map(rows.map(({ status, n }) => [status, n]))
}

function own(tenantId: string | null): SQL {
  return tenantId === null ? sql`` : sql`and tenant_id = ${tenantId}`
}
