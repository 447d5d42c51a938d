/** Events as rows: whoever reads them, from any node, misses nothing. */
import { and, asc, eq, gt, lt, or, sql } from 'drizzle-orm'
import type { EventType, TurnEvent } from '../domain/event.ts'
import type { Database } from './connect.ts'
import { events } from './schema.ts'

/** Most rows read at once; a reader that is behind asks again. */
export const EVENTS_AT_ONCE = 200

/** No transaction that writes events lasts so long: whatever is older has been committed, or never will be. */
const SETTLED_AFTER_MS = 600_000

/** A turn's events after `seq`. */
export async function eventsOfTurn(db: Database, turnId: string, afterSeq: number): Promise<TurnEvent[]> {
  const rows = await db
    .select()
    .from(events)
    .where(and(eq(events.turnId, turnId), gt(events.seq, afterSeq)))
    .orderBy(asc(events.seq))
    .limit(EVENTS_AT_ONCE)
  return rows.map(toEvent)
}

/**
 * Events of a session or of a whole tenant after `position`. Positions are given out before their transaction commits, so a
 * lower one can appear after a higher one: rows are shown only up to the oldest transaction still open, and none is missed.
 * That transaction may be of another database of the same server, and a database restored from a dump has transaction ids of
 * the server it came from: hence `SETTLED_AFTER_MS`.
 */
export async function eventsOfMany(
  db: Database,
  scope: { sessionId: string } | { tenantId: string },
  afterPosition: number,
  nowMs: number,
): Promise<TurnEvent[]> {
  const within = 'sessionId' in scope ? eq(events.sessionId, scope.sessionId) : eq(events.tenantId, scope.tenantId)
  const rows = await db
    .select()
    .from(events)
    .where(and(within, gt(events.position, afterPosition), or(lt(events.atMs, nowMs - SETTLED_AFTER_MS), isBeforeAllOpen)))
    .orderBy(asc(events.position))
    .limit(EVENTS_AT_ONCE)
  return rows.map(toEvent)
}

/** A reader that asks for what has been since a moment is given so many of the newest at most. */
const EVENTS_BACK_MAX = 5_000

/** After which position a tenant's events since `sinceMs` come, the newest `EVENTS_BACK_MAX` of them at most. */
export async function positionBefore(db: Database, tenantId: string, sinceMs: number): Promise<number> {
  const [row] = await db.execute<{ position: number }>(sql`
    select coalesce(min(position) filter (where at_ms >= ${sinceMs}) - 1, max(position), 0) as position
    from (select position, at_ms from events where tenant_id = ${tenantId} order by position desc limit ${EVENTS_BACK_MAX}) newest`)
  return Number(row?.position ?? 0)
}

const isBeforeAllOpen = sql`${events.xid} < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`

function toEvent(row: typeof events.$inferSelect): TurnEvent {
  return {
    turnId: row.turnId,
    sessionId: row.sessionId,
    tenantId: row.tenantId,
    seq: row.seq,
    position: row.position,
    type: row.type as EventType,
    data: row.data as Record<string, unknown>,
    atMs: row.atMs,
  }
}
