/** The writes and look-ups of a new turn: under the session's row lock, or valid only while the session has not changed. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { PolicyNarrowing, SessionSettings, Strategy } from '../domain/session.ts'
import type { TurnStatus } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { prepared } from './prepared.ts'
import { idempotencyKeys, sessions } from './schema.ts'
import { bounded, toSettings } from './session-queries.ts'
import { FIRST_EPOCH } from './turn-leases.ts'
import { eventsOf, json, ring } from './turn-progress.ts'

export interface SessionState {
  /** The turn that runs or waits, else the first of those queued. */
  busyTurnId: string | null
  parent: { status: TurnStatus; depth: number } | null
}

/** What a submission finds, before it locks anything. */
export interface SessionAsFound extends SessionState {
  settings: SessionSettings
  headTurnId: string | null
  /** Whether a budget of its own, or a budget or limit of its tenant's, governs its turns. */
  bounded: boolean
  /** Turns that already build on the parent asked for, in order. */
  siblingIds: string[]
  /** Whether this key has been used, however long ago. */
  keyUsed: boolean
  /** Changes with the session, and with every turn that is submitted or ends. */
  mark: string
}

/** @param parentId undefined: the head */
export async function findForSubmission(
  db: Database,
  { tenantId, sessionId, parentId, key }: { tenantId: string; sessionId: string; parentId: string | null | undefined; key: KeyUse | null },
): Promise<SessionAsFound | null> {
  const place = { sessionId, tenantId, atHead: parentId === undefined, parentId: parentId ?? null }
  const rows = await asFound(db).execute({ ...place, route: key?.route ?? null, key: key?.key ?? null })
  const found = rows[0]
  if (found === undefined) return null
  const { row, parent: parentJson, siblingIds, ...rest } = found
  return {
    ...rest,
    settings: toSettings(row),
    headTurnId: row.headTurnId,
    parent: parentJson === null ? null : (JSON.parse(parentJson) as SessionState['parent']),
    siblingIds: JSON.parse(siblingIds) as string[],
  }
}

const asFound = prepared((db: Database) => {
  const { placeholder } = sql
  const parent = sql`(case when ${placeholder('atHead')}::boolean then "sessions"."head_turn_id" else ${placeholder('parentId')}::text end)`
  const ofSession = sql`turns.session_id = "sessions"."id"`
  return db
    .select({
      row: sessions,
      bounded,
      mark: sql<string>`"sessions".xmin::text`,
      busyTurnId: sql<string | null>`(${busyTurn(sql`"sessions"."id"`)})`,
      parent: sql<
        string | null
      >`(select json_build_object('status', status, 'depth', depth)::text from turns where id = ${parent} and ${ofSession})`,
      siblingIds: sql<string>`(select coalesce(json_agg(id order by position), '[]')::text from turns
        where ${ofSession} and parent_id is not distinct from ${parent})`,
      keyUsed: sql<boolean>`exists (select from idempotency_keys
        where tenant_id = "sessions"."tenant_id" and route = ${placeholder('route')} and key = ${placeholder('key')})`,
    })
    .from(sessions)
    .where(and(eq(sessions.tenantId, placeholder('tenantId')), eq(sessions.id, placeholder('sessionId'))))
    .prepare('session_as_found')
})

function busyTurn(sessionId: SQL): SQL {
  return sql`select id from turns where session_id = ${sessionId} and status in ('running', 'waiting', 'queued')
    order by (status = 'queued'), position limit 1`
}

/** Read after the lock is held: a statement that waited for the lock would still see what was before. */
export async function readSessionState(db: Database, sessionId: string, parentId: string | null): Promise<SessionState> {
  const rows = await db.execute<{ busy: string | null; status: TurnStatus | null; depth: number | null }>(sql`
    select
      (${busyTurn(sql`${sessionId}`)}) as busy,
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
  /** Whoever takes it up: any node that comes, nobody until the turn before it ends, or this node, which has claimed it already. */
  by: 'whoever' | 'nobody' | { nodeId: string }
  parts: readonly ({ type: 'text'; text: string } | { type: 'image'; mediaId: string })[]
}

export interface InsertOptions {
  nowMs: number
  /** Stores it only while the session still is as it was found (`SessionAsFound.mark`); without, the caller holds its lock. */
  mark?: string
  /** Remembered along with it; one that has been used breaks the primary key. */
  key?: { use: KeyUse; digest: string } | null
}

/**
 * Stores the turn with its input and its first event, in one statement; false when the session has changed since it was found.
 * One that is for whoever comes wants an executor woken in the same transaction.
 */
export async function insertTurn(db: Database, turn: NewTurnRow, { nowMs, mark, key = null }: InsertOptions): Promise<boolean> {
  const input = turn.parts.map((part, ordinal) => ({
    ordinal,
    raw: part.type === 'text' ? JSON.stringify({ text: part.text }) : '{}',
    mediaId: part.type === 'image' ? part.mediaId : null,
  }))
  const holder = typeof turn.by === 'object' ? turn.by.nodeId : null
  const rows = await db.execute(sql`
    with own as (
      update sessions set updated_at_ms = ${nowMs}
      where id = ${turn.sessionId} ${mark === undefined ? sql`` : sql`and sessions.xmin::text = ${mark}`} returning id
    ), fence as (
      insert into turns (id, tenant_id, session_id, parent_id, parent_is_head, depth, status, version, image, models, strategy, policy,
        metadata, "window", webhook_url, not_before_ms, deadline_ms, due_at_ms, lease_owner, lease_epoch, degraded, reserved_usd,
        trace_parent, tally, created_at_ms)
      select ${turn.id}, ${turn.tenantId}, own.id, ${turn.parentId}, ${turn.parentIsHead}, ${turn.depth},
        ${holder === null ? 'queued' : 'running'}, 1, ${json(turn.image)}, ${turn.models && json(turn.models)}, ${turn.strategy},
        ${json(turn.policy)}, ${JSON.stringify(turn.metadata)}, ${turn.window}, ${turn.webhookUrl}, ${turn.notBeforeMs},
        ${turn.deadlineMs}, ${turn.by === 'whoever' ? sql`now_ms()` : null}, ${holder}, ${holder === null ? 0 : FIRST_EPOCH},
        '[]', ${turn.reservedUsd}, ${turn.traceParent}, 'due', ${nowMs}
      from own
      returning *
    ), keyed as (
      insert into idempotency_keys (tenant_id, route, key, digest, turn_id, created_at_ms)
      select ${key?.use.tenantId ?? null}, ${key?.use.route ?? null}, ${key?.use.key ?? null}, ${key?.digest ?? null}, fence.id, ${nowMs}
      from fence where ${key !== null}
    ), input as (
      insert into parts (turn_id, attempt, ordinal, raw, holes, media_id)
      select fence.id, 0, part.ordinal, part.raw, '[]', part."mediaId"
      from fence, json_to_recordset(${JSON.stringify(input)}::json) as part(ordinal int, raw text, "mediaId" text)
    ), ${eventsOf([{ type: 'turn.queued', data: {} }], nowMs)}
    select ${ring()} from fence`)
  return rows.length === 1
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
