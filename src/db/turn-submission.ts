/** The writes and look-ups of a new turn, all under the session's row lock. */
import { and, eq, sql } from 'drizzle-orm'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { PolicyNarrowing, Strategy } from '../domain/session.ts'
import type { TurnStatus } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { events, idempotencyKeys, parts, turns } from './schema.ts'

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
  /** False: behind another turn; the end of that one makes it due. */
  due: boolean
  parts: readonly ({ type: 'text'; text: string } | { type: 'image'; mediaId: string })[]
}

/** Stores the turn with its input and its first event. One that is due wants an executor woken in the same transaction. */
export async function insertTurn(db: Database, turn: NewTurnRow, nowMs: number): Promise<void> {
  const { parts: input, due, models, metadata, ...columns } = turn
  await db.insert(turns).values({
    ...columns,
    models: models === null ? null : [...models],
    metadata: { ...metadata },
    status: 'queued',
    version: 1,
    degraded: [],
    dueAtMs: due ? sql`now_ms()` : null,
    createdAtMs: nowMs,
  })
  await db.insert(parts).values(
    input.map((part, ordinal) => ({
      turnId: turn.id,
      attempt: 0,
      ordinal,
      raw: part.type === 'text' ? JSON.stringify({ text: part.text }) : '{}',
      holes: [],
      mediaId: part.type === 'image' ? part.mediaId : null,
    })),
  )
  await db
    .insert(events)
    .values({ turnId: turn.id, seq: 1, sessionId: turn.sessionId, tenantId: turn.tenantId, type: 'turn.queued', data: {}, atMs: nowMs })
  await db.execute(sql`select pg_notify('pentimento_events', ${`${turn.id} ${turn.sessionId} ${turn.tenantId}`})`)
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
