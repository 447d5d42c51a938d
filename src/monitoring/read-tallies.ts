/** What the ledger came to in a span of time: the tallies, and beside them the rows not added up yet, as of one moment. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'
import type { Counts } from './counts.ts'
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

export interface Tally {
  tenantId: string
  /** Unix ms at which its span begins. */
  fromMs: number
  /** Empty, like `model`, for turns that ended without having asked anyone. */
  endpointId: string
  model: string
  /** Millionths of a dollar. */
  costMicros: number
  counts: Counts
}

/** Which rows that are not added up yet belong to it. */
interface Tail {
  fromMs: number
  toMs: number
  tokens: boolean
}

const FOREVER_MS = Number.MAX_SAFE_INTEGER

/** Whose: one tenant's; `all`: everyone's in one; `each`: everyone's, tenant by tenant. */
export type Whose = { tenantId: string } | 'all' | 'each'

/**
 * Without tokens. From the full minute `sinceMs`, 25 h ago at most, until now. What a fast clock dated ahead of `nowMs` counts too.
 * No span is longer than `longestMs`, for whoever wants to know when within the window.
 */
export function readWindow(db: Database, whose: Whose, sinceMs: number, nowMs: number, longestMs = HOUR_MS): Promise<Tally[]> {
  const sizesMs = [MINUTE_MS, TEN_MINUTES_MS, HOUR_MS].filter((sizeMs) => sizeMs <= longestMs)
  const ahead = sql`span_ms = ${MINUTE_MS} and from_ms >= ${nowMs}`
  const spans = sql`(${spansWithin(sinceMs, nowMs, sizesMs)} or ${ahead})`
  return read(db, whose, spans, { fromMs: sinceMs, toMs: FOREVER_MS, tokens: false })
}

/** From the full hour `fromMs` up to, without, the full hour `toMs`. */
export function readPeriod(db: Database, whose: Whose, fromMs: number, toMs: number): Promise<Tally[]> {
  return read(db, whose, spansWithin(fromMs, toMs, [HOUR_MS, DAY_MS]), { fromMs, toMs, tokens: true })
}

/** Since the beginning. */
export function readAllTime(db: Database, whose: Whose): Promise<Tally[]> {
  return read(db, whose, sql`span_ms = ${ALL_TIME}`, { fromMs: 0, toMs: FOREVER_MS, tokens: true })
}

/**
 * The longest spans where whole ones fit, and shorter ones before and after: a day is at most 23 hours, ten tens of minutes and
 * some minutes, whatever happened in it. `sizesMs` are multiples of one another, the shortest first; it divides `fromMs`.
 */
function spansWithin(fromMs: number, toMs: number, sizesMs: readonly number[]): SQL {
  if (fromMs >= toMs) return sql`false`
  const longMs = sizesMs.at(-1) ?? MINUTE_MS
  const shorter = sizesMs.slice(0, -1)
  if (shorter.length === 0) return sql`(span_ms = ${longMs} and from_ms >= ${fromMs} and from_ms < ${toMs})`
  const firstMs = Math.ceil(fromMs / longMs) * longMs
  const lastMs = Math.max(firstMs, Math.floor(toMs / longMs) * longMs)
  return sql`(${spansWithin(fromMs, Math.min(firstMs, toMs), shorter)} or ${spansWithin(firstMs, lastMs, [longMs])}
    or ${spansWithin(lastMs, toMs, shorter)})`
}

/** One statement, so one snapshot: a row of the ledger is in one of the two halves, never in both or neither. */
async function read(db: Database, whose: Whose, spans: SQL, tail: Tail): Promise<Tally[]> {
  const fresh = sql`fresh`
  const untallied = sql`ended_at_ms is not null and ended_at_ms >= ${tail.fromMs}
    and ended_at_ms < ${tail.toMs} and ${whoseRows(whose)}`
  const rows = await db.execute<Row>(sql`
    with fresh as materialized (select * from attempts where not tallied and ${untallied}),
      ended as materialized (select * from turns where tally = 'due' and ${untallied}),
      summed as (${summed(sql.join([attemptEntries(fresh), turnEntries(sql`ended`), ...(tail.tokens ? [tokenEntries(fresh)] : [])], sql` union all `))})
    select tenant_id as owner, from_ms, endpoint_id, model, cost_micros, counts::text as counts from tallies
    where ${whoseTallies(whose)} and ${spans}
    union all select owner, from_ms, endpoint_id, model, cost_micros, counts::text
    from (select owner, from_ms, endpoint_id, model, ${bag()} from summed group by 1, 2, 3, 4) untallied`)
  return rows.map((row) => ({
    tenantId: row.owner,
    fromMs: row.from_ms,
    endpointId: row.endpoint_id,
    model: row.model,
    costMicros: row.cost_micros,
    counts: JSON.parse(row.counts) as Counts,
  }))
}

function whoseTallies(whose: Whose): SQL {
  if (whose === 'each') return sql`tenant_id <> ${ALL_TENANTS}`
  return sql`tenant_id = ${whose === 'all' ? ALL_TENANTS : whose.tenantId}`
}

function whoseRows(whose: Whose): SQL {
  return typeof whose === 'string' ? sql`true` : sql`tenant_id = ${whose.tenantId}`
}

interface Row extends Record<string, unknown> {
  owner: string
  from_ms: number
  endpoint_id: string
  model: string
  cost_micros: number
  counts: string
}
