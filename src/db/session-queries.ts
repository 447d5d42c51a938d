/** Sessions, always within one tenant. */
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Session, SessionSettings } from '../domain/session.ts'
import type { Database } from './connect.ts'
import { sessions, tenants } from './schema.ts'

type SessionRow = typeof sessions.$inferSelect

/** What the session's turns add up to; computed, so that no counter is written inside a turn's commit. */
const turnCount = sql<number>`(select count(*)::int from turns where turns.session_id = "sessions"."id")`
const costUsd = sql<number>`(select coalesce(sum(attempts.cost_usd), 0)::float8 from attempts join turns on turns.id = attempts.turn_id where turns.session_id = "sessions"."id")`
/** Whether a budget of its own, or a budget or limit of its tenant's, governs its turns. */
export const bounded = sql<boolean>`("sessions"."budget_usd" is not null
  or (select coalesce(budget_usd, turns_in_flight, storage_bytes) is not null from tenants where tenants.id = "sessions"."tenant_id"))`
const columns = { row: sessions, turnCount, costUsd }

export async function ensureTenant(db: Database, tenantId: string, nowMs: number): Promise<void> {
  await db.insert(tenants).values({ id: tenantId, createdAtMs: nowMs }).onConflictDoNothing()
}

export async function insertSession(db: Database, id: string, tenantId: string, settings: SessionSettings, nowMs: number): Promise<void> {
  await db.insert(sessions).values({ id, tenantId, ...toColumns(settings), createdAtMs: nowMs, updatedAtMs: nowMs })
}

export async function findSession(db: Database, tenantId: string, id: string): Promise<Session | null> {
  const rows = await db.select(columns).from(sessions).where(within(tenantId, id))
  return rows[0] === undefined ? null : toSession(rows[0])
}

export type LockedSession = SessionSettings & {
  headTurnId: string | null
  /** Whether a budget of its own, or a budget or limit of its tenant's, governs its turns. */
  bounded: boolean
}

/** Takes the session's row lock for the rest of the transaction: whoever decides what runs next in it holds this. */
export async function lockSession(db: Database, tenantId: string, id: string): Promise<LockedSession | null> {
  const rows = await db.select({ row: sessions, bounded }).from(sessions).where(within(tenantId, id)).for('update')
  const found = rows[0]
  return found === undefined ? null : { ...toSettings(found.row), headTurnId: found.row.headTurnId, bounded: found.bounded }
}

/** Newest first; `before` is the id to go on from. */
export async function listSessionRows(db: Database, tenantId: string, limit: number, before: string | null): Promise<Session[]> {
  const rows = await db
    .select(columns)
    .from(sessions)
    .where(before === null ? eq(sessions.tenantId, tenantId) : and(eq(sessions.tenantId, tenantId), lt(sessions.id, before)))
    .orderBy(desc(sessions.id))
    .limit(limit)
  return rows.map(toSession)
}

export async function changeSession(
  db: Database,
  tenantId: string,
  id: string,
  changes: Partial<SessionSettings> & { headTurnId?: string | null },
  nowMs: number,
): Promise<void> {
  await db
    .update(sessions)
    .set({ ...toColumns(changes), ...('headTurnId' in changes ? { headTurnId: changes.headTurnId ?? null } : {}), updatedAtMs: nowMs })
    .where(within(tenantId, id))
}

function within(tenantId: string, id: string) {
  return and(eq(sessions.tenantId, tenantId), eq(sessions.id, id))
}

/** Settings given → columns to write; arrays are copied because the domain's are read-only. */
function toColumns<Given extends Partial<SessionSettings>>(given: Given) {
  const { models, safetySettings, metadata, ...plain } = given
  return {
    ...plain,
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    ...(models === undefined ? {} : { models: models === null ? null : [...models] }),
    ...(safetySettings === undefined ? {} : { safetySettings: [...safetySettings] }),
  } as Omit<Given, 'models' | 'safetySettings' | 'metadata'> & {
    metadata: Record<string, string>
    models: string[] | null
    safetySettings: { category: string; threshold: string }[]
  }
}

export function toSettings(row: SessionRow): SessionSettings {
  const { id: _id, tenantId: _tenant, headTurnId: _head, createdAtMs: _created, updatedAtMs: _updated, ...settings } = row
  return settings
}

function toSession({ row, turnCount, costUsd }: { row: SessionRow; turnCount: number; costUsd: number }): Session {
  return { ...row, turnCount, costUsd: Math.round(costUsd * 1e6) / 1e6 }
}
