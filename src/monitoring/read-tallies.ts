/** What the ledger came to in a span of time: the tallies, and beside them the rows not added up yet, as of one moment. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'
import type { Counts } from './counts.ts'
import { ALL_TENANTS, attemptEntries, HOUR_MS, MINUTE_MS, turnEntries } from './tally-sql.ts'

export interface Tally {
  endpointId: string
  model: string
  /** Millionths of a dollar. */
  costMicros: number
  counts: Counts
}

/** One row for each span, endpoint and model; to be added up. `tenantId` null: all tenants. `sinceMs` is a full minute, 25 h ago at most. */
export async function readTallies(db: Database, tenantId: string | null, sinceMs: number, nowMs: number): Promise<Tally[]> {
  return read(db, tenantId, spansSince(sinceMs, nowMs), sql`ended_at_ms >= ${sinceMs}`)
}

/** From the full hour `fromMs` up to, without, the full hour `toMs`, with each row's hour or, for what is not added up yet, minute. */
export async function readHours(
  db: Database,
  tenantId: string | null,
  fromMs: number,
  toMs: number,
): Promise<(Tally & { atMs: number })[]> {
  const spans = sql`span_ms = ${HOUR_MS} and from_ms >= ${fromMs} and from_ms < ${toMs}`
  return read(db, tenantId, spans, sql`ended_at_ms >= ${fromMs} and ended_at_ms < ${toMs}`)
}

/** Since the beginning. */
export async function readAllTime(db: Database, tenantId: string | null): Promise<Tally[]> {
  return read(db, tenantId, sql`span_ms = 0`, sql`true`)
}

/**
 * Hours where whole ones fit, minutes before and after them: 24 h are at most 23 hours and 120 minutes, whatever happened in
 * them. What a fast clock dated ahead of `nowMs` counts too.
 */
function spansSince(sinceMs: number, nowMs: number): SQL {
  const firstHourMs = Math.ceil(sinceMs / HOUR_MS) * HOUR_MS
  const lastHourMs = Math.max(firstHourMs, Math.floor(nowMs / HOUR_MS) * HOUR_MS)
  return sql`(span_ms = ${MINUTE_MS} and from_ms >= ${sinceMs} and from_ms < ${firstHourMs}
    or span_ms = ${HOUR_MS} and from_ms >= ${firstHourMs} and from_ms < ${lastHourMs}
    or span_ms = ${MINUTE_MS} and from_ms >= ${lastHourMs})`
}

/** One statement, so one snapshot: a row of the ledger is in one of the two halves, never in both or neither. */
async function read(db: Database, tenantId: string | null, spans: SQL, tail: SQL): Promise<(Tally & { atMs: number })[]> {
  const own = tenantId === null ? sql`` : sql`and tenant_id = ${tenantId}`
  const untallied = sql`not tallied and ended_at_ms is not null and ${tail} ${own}`
  const rows = await db.execute<Row>(sql`
    select from_ms, endpoint_id, model, cost_micros, counts::text as counts from tallies
    where tenant_id = ${tenantId ?? ALL_TENANTS} and ${spans}
    union all
    select minute_ms, endpoint_id, model, coalesce(sum(n) filter (where name = 'cost'), 0)::bigint,
      coalesce(jsonb_object_agg(name, n) filter (where name <> 'cost'), '{}')::text
    from (
      select at_ms / ${MINUTE_MS}::bigint * ${MINUTE_MS}::bigint as minute_ms, endpoint_id, model, name, sum(n)::bigint as n from (
        ${attemptEntries(sql`(select * from attempts where ${untallied})`)}
        union all ${turnEntries(sql`(select * from turns where ${untallied})`)}
      ) entries group by 1, 2, 3, 4
    ) fresh group by 1, 2, 3`)
  return rows.map((row) => ({
    atMs: row.from_ms,
    endpointId: row.endpoint_id,
    model: row.model,
    costMicros: row.cost_micros,
    counts: JSON.parse(row.counts) as Counts,
  }))
}

interface Row extends Record<string, unknown> {
  from_ms: number
  endpoint_id: string
  model: string
  cost_micros: number
  counts: string
}
