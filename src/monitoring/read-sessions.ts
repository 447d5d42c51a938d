/** What each session came to, from the ledger itself: sessions that were deleted since have no rows there. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'
import type { Counts } from './counts.ts'
import { attemptEntries, bag, tokenEntries, turnEntries } from './tally-sql.ts'

export interface SessionTally {
  sessionId: string
  costMicros: number
  counts: Counts
}

const session = sql`a.session_id`

/** Sessions in which something ended from `fromMs` up to, without, `toMs` (Unix ms); the dearest `limit`, dearest first. */
export async function readSessions(
  db: Database,
  tenantId: string | null,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<SessionTally[]> {
  const own = tenantId === null ? sql`` : sql`and turns.tenant_id = ${tenantId}`
  const within = (column: SQL) => sql`${column} >= ${fromMs} and ${column} < ${toMs}`
  // Copies of turns, made by forks and imports, ended elsewhere: they have no row in the ledger, and are no turns of this time.
  const rows = await db.execute<{ owner: string; cost_micros: number; counts: string }>(sql`
    with fresh as materialized (
      select attempts.*, turns.session_id from attempts join turns on turns.id = attempts.turn_id
      where ${within(sql`attempts.ended_at_ms`)} ${own}
    ), ended as materialized (
      select * from turns where ${within(sql`turns.ended_at_ms`)} and tally is not null ${own}
    ), summed as (
      select owner, name, sum(n)::bigint as n
      from (${attemptEntries(sql`fresh`, session)} union all ${tokenEntries(sql`fresh`, session)} union all ${turnEntries(sql`ended`, session)}) entries group by 1, 2
    )
    select owner, cost_micros, counts::text as counts from (select owner, ${bag()} from summed group by owner) sessions
    order by cost_micros desc, owner limit ${limit}`)
  return rows.map(({ owner, cost_micros, counts }) => ({ sessionId: owner, costMicros: cost_micros, counts: JSON.parse(counts) as Counts }))
}
