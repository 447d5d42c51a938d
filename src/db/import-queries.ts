/** Rows of an imported session. To be written in one transaction. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { BundleAttempt } from '../domain/bundle/bundle-turn.ts'
import type { Database } from './connect.ts'
import { events, importedLedgers, media, parts, sessions, turns } from './schema.ts'

export type SessionRow = typeof sessions.$inferInsert
export type TurnRow = typeof turns.$inferInsert
export type PartRow = typeof parts.$inferInsert

/** Rows a statement writes at once: PostgreSQL takes 65,535 parameters in one. */
const ROWS_AT_ONCE = 500

/** The session and its turns, in the order given, each with the one event that tells of its end. */
export async function insertImported(
  db: Database,
  session: SessionRow,
  imported: readonly { turn: TurnRow; parts: readonly PartRow[]; attempts: readonly BundleAttempt[] }[],
  nowMs: number,
): Promise<void> {
  await db.insert(sessions).values(session)
  for (const some of chunks(imported.map(({ turn }) => turn))) await db.insert(turns).values(some)
  for (const some of chunks(imported.flatMap((turn) => turn.parts))) await db.insert(parts).values(some)
  for (const some of chunks(imported.map(({ turn, attempts }) => ({ turnId: turn.id, attempts: [...attempts] })))) {
    await db.insert(importedLedgers).values(some)
  }
  const ends = imported.map(({ turn }) => ({
    turnId: turn.id,
    seq: turn.version,
    sessionId: session.id,
    tenantId: session.tenantId,
    type: `turn.${turn.status}`,
    data: { imported: true },
    atMs: nowMs,
  }))
  for (const some of chunks(ends)) await db.insert(events).values(some)
}

/** Ids of the tenant's own media, by SHA-256; what another tenant holds is not held. */
export async function heldMedia(db: Database, tenantId: string, sha256s: readonly string[]): Promise<Map<string, string>> {
  const held = new Map<string, string>()
  for (const some of chunks(sha256s)) {
    const rows = await db
      .select({ id: media.id, sha256: media.sha256 })
      .from(media)
      .where(and(eq(media.tenantId, tenantId), inArray(media.sha256, some)))
    for (const { id, sha256 } of rows) held.set(sha256, id)
  }
  return held
}

function chunks<Row>(rows: readonly Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, n) => rows.slice(n * ROWS_AT_ONCE, (n + 1) * ROWS_AT_ONCE))
}

/** One import at a time names its pictures: two that share some, in different orders, would wait for each other for ever. */
export async function lockImports(db: Database): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended('pentimento import', 0))`)
}
