/** Sessions and turns for tests of queries: the least that stands in the rows. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Database } from '../../src/db/connect.ts'
import { upsertMedia } from '../../src/db/media-queries.ts'
import { ensureTenant, insertSession } from '../../src/db/session-queries.ts'
import { type ClaimedTurn, claimDueTurns, registerNode } from '../../src/db/turn-leases.ts'
import { type AttemptEnd, moveTurn, type NewAttempt, type NewPart, startAttempt, startTurn } from '../../src/db/turn-progress.ts'
import { insertTurn, type NewTurnRow } from '../../src/db/turn-submission.ts'
import { loadTurns } from '../../src/db/turn-views.ts'
import { type IdPrefix, makeId } from '../../src/domain/ids.ts'
import type { ModelAnswer } from '../../src/domain/model-call.ts'
import { DEFAULT_SESSION_SETTINGS, type SessionSettings } from '../../src/domain/session.ts'
import type { Turn } from '../../src/domain/turn.ts'

export const TENANT = 'local'
/** 2026-11-20T12:00:00Z: what rows say of time; leases go by the database's own clock. */
export const NOW_MS = Date.UTC(2026, 10, 20, 12)
export const LEASE_MS = 60_000

let made = 0

/** Ids that sort as they were made. */
export function newId(prefix: IdPrefix): string {
  made += 1
  return makeId(prefix, NOW_MS + made, randomBytes(10))
}

export function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

export async function aSession(db: Database, settings: Partial<SessionSettings> = {}, tenantId = TENANT): Promise<string> {
  const id = newId('ses')
  await ensureTenant(db, tenantId, NOW_MS)
  await insertSession(db, id, tenantId, { ...DEFAULT_SESSION_SETTINGS, ...settings }, NOW_MS)
  return id
}

export async function aTurn(db: Database, sessionId: string, more: Partial<NewTurnRow> = {}): Promise<string> {
  const id = newId('trn')
  const turn: NewTurnRow = {
    ...{ id, tenantId: TENANT, sessionId, parentId: null, parentIsHead: false, depth: 0, image: {}, models: null, strategy: null },
    ...{
      policy: {},
      metadata: {},
      window: null,
      webhookUrl: null,
      notBeforeMs: null,
      deadlineMs: null,
      reservedUsd: null,
      traceParent: null,
      by: 'whoever',
    },
    parts: [{ type: 'text', text: 'a house' }],
    ...more,
  }
  await insertTurn(db, turn, { nowMs: NOW_MS })
  return turn.id
}

export async function aNode(db: Database, leaseMs = LEASE_MS): Promise<string> {
  const id = newId('nod')
  await registerNode(db, id, leaseMs)
  return id
}

/** Claims this turn, which must be the only one due. */
export async function claim(db: Database, turnId: string, nodeId?: string): Promise<ClaimedTurn> {
  const [claimed, ...others] = await claimDueTurns(db, nodeId ?? (await aNode(db)), 10)
  if (claimed?.turnId !== turnId || others.length > 0)
    throw new Error(`claimed ${claimed?.turnId ?? 'nothing'} and ${others.length} others`)
  return claimed
}

/** Claimed and started: it knows its parent and its deadline. */
export async function started(db: Database, turnId: string, nodeId?: string): Promise<ClaimedTurn> {
  const claimed = await claim(db, turnId, nodeId)
  if ((await startTurn(db, claimed, { startedAtMs: NOW_MS, deadlineAtMs: NOW_MS + 600_000 })) === null)
    throw new Error(`${turnId} could not be started`)
  return claimed
}

export function anAttempt(n: number, more: Partial<NewAttempt> = {}): NewAttempt {
  const attempt = { n, model: 'gemini-3-pro-image', endpointId: 'gemini', image: {}, fidelity: 'exact', degraded: [], fallback: false }
  return { ...attempt, fidelity: 'exact', estimatedUsd: 0.134, request: { contents: [] }, ...more }
}

export const SUCCEEDED: ModelAnswer = {
  ...{ outcome: 'succeeded', httpStatus: 200, message: null, facts: {}, billed: 'yes', usage: null },
  ...{ modelVersion: 'gemini-3-pro-image', responseId: 'r1' },
}

export const OVERLOADED: ModelAnswer = {
  ...{ outcome: 'overloaded', httpStatus: 503, message: 'The model is overloaded.', facts: {}, billed: 'no', usage: null },
  ...{ modelVersion: null, responseId: null },
}

export function endOf(n: number, answer: ModelAnswer, more: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    n,
    endedAtMs: NOW_MS + 1,
    answer,
    next: answer.outcome === 'succeeded' ? 'done' : 'retry',
    waitMs: 0,
    costUsd: 0,
    parts: [],
    ...more,
  }
}

export function textPart(ordinal: number, text: string, more: Partial<NewPart> = {}): NewPart {
  const part = { ordinal, raw: JSON.stringify({ text }), holes: [], thought: false, mediaId: null, signatureSha256: null }
  return { ...part, mintedBy: { api: 'gemini', model: 'gemini-3-pro-image' }, ...more }
}

export async function aPicture(db: Database, content = newId('med'), tenantId = TENANT): Promise<string> {
  const image = { sha256: digest(content), bytes: content.length, mimeType: 'image/png' as const, width: 2, height: 3 }
  await ensureTenant(db, tenantId, NOW_MS)
  return (await upsertMedia(db, { id: newId('med'), tenantId, ...image, createdAtMs: NOW_MS, lineage: null })).id
}

/** Ends a started turn well, with one attempt. */
export async function succeed(db: Database, claimed: ClaimedTurn, parts: readonly NewPart[] = [textPart(0, 'done')]): Promise<boolean> {
  await startAttempt(db, claimed, anAttempt(1), NOW_MS)
  const step = { to: 'succeeded', attempt: 1, model: 'gemini-3-pro-image', modelVersion: null, fidelity: 'exact' } as const
  const events = [{ type: 'attempt.succeeded', data: { n: 1 } } as const, { type: 'turn.succeeded', data: {} } as const]
  return moveTurn(db, claimed, endOf(1, SUCCEEDED, { parts }), { ...step, fallback: false, degraded: [] }, events, NOW_MS + 1)
}

/** A turn that has succeeded, in one go. */
export async function aSucceededTurn(db: Database, sessionId: string, more: Partial<NewTurnRow> = {}): Promise<string> {
  const id = await aTurn(db, sessionId, more)
  if (!(await succeed(db, await started(db, id)))) throw new Error(`${id} could not be ended`)
  return id
}

export async function turnOf(db: Database, id: string): Promise<Turn> {
  const [turn] = await loadTurns(db, [id])
  if (turn === undefined) throw new Error(`there is no turn ${id}`)
  return turn
}

/** Until some statement in this database waits for a lock. */
export async function untilBlocked(db: Database): Promise<void> {
  for (;;) {
    const [row] = await db.execute<{ blocked: number }>(
      sql`select count(*)::int as blocked from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (row !== undefined && row.blocked > 0) return
  }
}
