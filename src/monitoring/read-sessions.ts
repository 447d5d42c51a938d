/** What each session came to, from the ledger itself: sessions that were deleted since have no rows there. */
import { sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'
import type { Counts } from './counts.ts'
import { attemptEntries, bag, DAY_MS, summed, turnEntries } from './tally-sql.ts'

export interface SessionTally {
  sessionId: string
  costMicros: number
  counts: Counts
}

/** Sessions in which something ended from `fromMs` up to, without, `toMs` (Unix ms); the dearest `limit`, dearest first. */
export async function readSessions(
  db: Database,
  tenantId: string | null,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<SessionTally[]> {
  const own = tenantId === null ? sql`` : sql`and turns.tenant_id = ${tenantId}`
  const attempts = sql`(
    select attempts.*, turns.session_id from attempts join turns on turns.id = attempts.turn_id
    where attempts.ended_at_ms >= ${fromMs} and attempts.ended_at_ms < ${toMs} ${own})`
  // Copies of turns, made by forks and imports, ended elsewhere: they have no row in the ledger, and are no turns of this time.
  const turns = sql`(
    select * from turns where ended_at_ms >= ${fromMs} and ended_at_ms < ${toMs} and tally is not null ${own})`
  const entries = sql`${attemptEntries(attempts, sql`a.session_id`)} union all ${turnEntries(turns, sql`t.session_id`)}`
  const rows = await db.execute<{ owner: string; cost_micros: number; counts: string }>(sql`
    select owner, cost_micros, counts::text as counts from (
      select owner, ${bag()} from (${summed(entries, DAY_MS)}) summed group by owner
    ) sessions order by cost_micros desc, owner limit ${limit}`)
  return rows.map(({ owner, cost_micros, counts }) => ({ sessionId: owner, costMicros: cost_micros, counts: JSON.parse(counts) as Counts }))
}
