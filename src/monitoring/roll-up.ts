/**
 * The ledger, added up into `tallies`. Every row says itself whether it is in there, and is marked in the statement that adds it:
 * so nothing is missed or counted twice, however late a row's end commits, on any number of nodes, across crashes and restores.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'
import {
  ALL_TENANTS,
  ALL_TIME,
  attemptEntries,
  bag,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  summed,
  TEN_MINUTES_MS,
  tokenEntries,
  turnEntries,
} from './tally-sql.ts'

/**
 * Rows taken at once: some 200 ms of work, so that nothing waits long for the tallies' rows. They are updated by their place
 * (`ctid`), which their lock holds still: no planner can make a scan of the whole ledger of that.
 */
const AT_ONCE = 2_000
/** Minutes, and tens of them, are kept for the longest window, and an hour more for its first hour. */
const MINUTES_KEPT_MS = 26 * HOUR_MS

/** Adds up what has ended since; returns how many rows of the ledger were taken. `nowMs`: Unix ms. */
export async function rollUp(db: Database, nowMs: number): Promise<number> {
  let taken = 0
  // Where to go on from: index entries of rows just marked stay until a vacuum, and would be waded through again with each batch.
  let [attemptsFromMs, turnsFromMs] = [0, 0]
  for (;;) {
    const rows = await db.execute<{ attempts: number; turns: number; last_attempt: number | null; last_turn: number | null }>(sql`
      with fresh as (
        update attempts set tallied = true where ctid = any(array(
          select ctid from attempts where not tallied and ended_at_ms is not null and ended_at_ms >= ${attemptsFromMs}
          order by ended_at_ms limit ${AT_ONCE} for update skip locked
        )) returning *
      ), ended as (
        update turns set tally = 'done' where ctid = any(array(
          select ctid from turns where tally = 'due' and ended_at_ms is not null and ended_at_ms >= ${turnsFromMs}
          order by ended_at_ms limit ${AT_ONCE} for update skip locked
        )) returning *
      ), ${added(entriesOf(sql`fresh`, sql`ended`))}
      select (select count(*)::int from fresh) as attempts, (select max(ended_at_ms) from fresh) as last_attempt,
        (select count(*)::int from ended) as turns, (select max(ended_at_ms) from ended) as last_turn`)
    const [row] = rows
    if (row === undefined) break
    taken += row.attempts + row.turns
    attemptsFromMs = row.last_attempt ?? attemptsFromMs
    turnsFromMs = row.last_turn ?? turnsFromMs
    if (row.attempts < AT_ONCE && row.turns < AT_ONCE) break
  }
  await db.execute(sql`delete from tallies where span_ms in (${MINUTE_MS}, ${TEN_MINUTES_MS}) and from_ms < ${nowMs - MINUTES_KEPT_MS}`)
  return taken
}

/**
 * Adds up what a session has in the ledger and not yet in the tallies, an attempt in flight as canceled and perhaps billed: to be
 * called in the transaction that deletes the session.
 */
export async function rollUpSession(db: Database, sessionId: string, nowMs: number): Promise<void> {
  const own = sql`select id from turns where session_id = ${sessionId}`
  // Turns before attempts, as every write of a running turn locks them.
  await db.execute(sql`${own} order by id for update`)
  await db.execute(sql`
    with closed as (
      update attempts set tallied = true, ended_at_ms = coalesce(ended_at_ms, ${nowMs}), outcome = coalesce(outcome, 'canceled')
      where turn_id in (${own}) and not tallied returning *
    ), ended as (
      update turns set tally = 'done', ended_at_ms = coalesce(ended_at_ms, ${nowMs}),
        status = case when status in ('queued', 'running', 'waiting') then 'canceled' else status end
      where session_id = ${sessionId} and tally = 'due' returning *
    ), ${added(entriesOf(sql`closed`, sql`ended`))}
    select 1`)
}

function entriesOf(attempts: SQL, turns: SQL): SQL {
  return sql`${attemptEntries(attempts)} union all ${tokenEntries(attempts)} union all ${turnEntries(turns)}`
}

/** In the order of the key, so that two who add at once never wait for each other. */
function added(entries: SQL): SQL {
  return sql`by_minute as (${summed(entries)}), by_span as (
      select scope.tenant_id, span.ms as span_ms, case when span.ms = ${ALL_TIME} then 0 else from_ms / span.ms * span.ms end as from_ms,
        endpoint_id, model, name, sum(n)::bigint as n
      from by_minute cross join lateral (values (by_minute.owner), (${ALL_TENANTS}::text)) scope(tenant_id)
        cross join (values (${MINUTE_MS}::int), (${TEN_MINUTES_MS}::int), (${HOUR_MS}::int), (${DAY_MS}::int), (${ALL_TIME}::int)) span(ms)
      group by 1, 2, 3, 4, 5, 6
    ), added as (
      insert into tallies (tenant_id, span_ms, from_ms, endpoint_id, model, cost_micros, counts)
      select tenant_id, span_ms, from_ms, endpoint_id, model, ${bag()} from by_span group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      on conflict (tenant_id, span_ms, from_ms, endpoint_id, model)
        do update set cost_micros = tallies.cost_micros + excluded.cost_micros, counts = add_counts(tallies.counts, excluded.counts)
    )`
}
