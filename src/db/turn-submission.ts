/** The writes and look-ups of a new turn, all under the session's row lock. */
import { and, eq, sql } from 'drizzle-orm'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { PolicyNarrowing, Strategy } from '../domain/session.ts'
import type { TurnStatus } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { idempotencyKeys } from './schema.ts'
import { eventsOf, json, ring } from './turn-progress.ts'

export interface SessionState {
  /** The turn that runs or waits, else the first of those queued. */
  busyTurnId: string | null
  parent: { status: TurnStatus; depth: number } | null
}

/** Read after the lock is held: a statement that waited for the lock would still see what was before. */
export async function readSessionState(db: Database, sessionId: string, parentId: string | null): Promise<SessionState> {
  const rows = await db.execute<{ busy: string | null; status: TurnStatus | null; depth: number | null }>(sql`
    select
      (select id from turns where session_id = ${sessionId} and status in ('running', 'waiting', 'queued')
        order by (status = 'queued'), position limit 1) as busy,
      parent.status, parent.depth
    from (select 1) one left join turns parent on parent.id = ${parentId} and parent.session_id = ${sessionId}`)
  const row = rows[0]
  return {
    busyTurnId: row?.busy ?? null,
    parent: row?.status == null ? null : { status: row.status, depth: row.depth ?? 0 },
  }
}

export interface NewTurnRow {
  id: string
  tenantId: string
  sessionId: string
  parentId: string | null
  parentIsHead: boolean
  depth: number
  image: ImageSettings
  models: readonly string[] | null
  strategy: Strategy | null
  policy: PolicyNarrowing
  metadata: Readonly<Record<string, string>>
  window: 'off_peak' | null
  webhookUrl: string | null
  notBeforeMs: number | null
  deadlineMs: number | null
  /** Held of the budgets that govern it; null: there are none. */
  reservedUsd: number | null
  /** `traceparent` of the request; null where it is not traced. */
  traceParent: string | null
  /** False: behind another turn; the end of that one makes it due. */
  due: boolean
  parts: readonly ({ type: 'text'; text: string } | { type: 'image'; mediaId: string })[]
}

/**
 * Stores the turn with its input and its first event, in one statement. One that is due wants an executor woken in the same
 * transaction.
 */
export async function insertTurn(db: Database, turn: NewTurnRow, nowMs: number): Promise<void> {
  const input = turn.parts.map((part, ordinal) => ({
    ordinal,
    raw: part.type === 'text' ? JSON.stringify({ text: part.text }) : '{}',
    mediaId: part.type === 'image' ? part.mediaId : null,
  }))
  await db.execute(sql`
    with fence as (
      insert into turns (id, tenant_id, session_id, parent_id, parent_is_head, depth, status, version, image, models, strategy, policy,
        metadata, "window", webhook_url, not_before_ms, deadline_ms, due_at_ms, degraded, reserved_usd, trace_parent, tally, created_at_ms)
      values (${turn.id}, ${turn.tenantId}, ${turn.sessionId}, ${turn.parentId}, ${turn.parentIsHead}, ${turn.depth}, 'queued', 1,
        ${json(turn.image)}, ${turn.models && json(turn.models)}, ${turn.strategy}, ${json(turn.policy)}, ${JSON.stringify(turn.metadata)},
        ${turn.window}, ${turn.webhookUrl}, ${turn.notBeforeMs}, ${turn.deadlineMs}, ${turn.due ? sql`now_ms()` : null}, '[]',
        ${turn.reservedUsd}, ${turn.traceParent}, 'due', ${nowMs})
      returning *
    ), input as (
      insert into parts (turn_id, attempt, ordinal, raw, holes, media_id)
      select fence.id, 0, part.ordinal, part.raw, '[]', part."mediaId"
      from fence, json_to_recordset(${JSON.stringify(input)}::json) as part(ordinal int, raw text, "mediaId" text)
    ), ${eventsOf([{ type: 'turn.queued', data: {} }], nowMs)}
    select ${ring()} from fence`)
}

export interface KeyUse {
  tenantId: string
  route: string
  key: string
}

export async function findKeyUse(db: Database, use: KeyUse): Promise<{ turnId: string; digest: string; createdAtMs: number } | null> {
  const rows = await db
    .select({ turnId: idempotencyKeys.turnId, digest: idempotencyKeys.digest, createdAtMs: idempotencyKeys.createdAtMs })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.tenantId, use.tenantId), eq(idempotencyKeys.route, use.route), eq(idempotencyKeys.key, use.key)))
  return rows[0] ?? null
}

/** Remembers which turn the key stands for; one that has outlived its day is taken over. */
export async function rememberKeyUse(db: Database, use: KeyUse, digest: string, turnId: string, nowMs: number): Promise<void> {
  const fresh = { digest, turnId, createdAtMs: nowMs }
  await db
    .insert(idempotencyKeys)
    .values({ ...use, ...fresh })
    .onConflictDoUpdate({ target: [idempotencyKeys.tenantId, idempotencyKeys.route, idempotencyKeys.key], set: fresh })
}
