/** What a bundle is made from: the turns of a session that have ended, with all their answers and their ledger. */
import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { BundleAttempt } from '../domain/bundle/bundle-turn.ts'
import { ENDED } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import { attempts, importedLedgers, media, parts, turns } from './schema.ts'
import type { PartRow } from './turn-rows.ts'

export interface ExportedTurn {
  row: typeof turns.$inferSelect
  input: readonly PartRow[]
  /** Parts of every attempt that answered, the output's and late ones. */
  answers: readonly PartRow[]
  /** Closed rows of the ledger. */
  attempts: readonly (typeof attempts.$inferSelect)[]
  /** The ledger this turn was imported with; null for turns that ran here. */
  imported: readonly BundleAttempt[] | null
}

/** Turns of the session that have ended, in the order in which they were made: all, or those of the branch that ends in `leaf`. */
export async function endedTurnIds(db: Database, sessionId: string, leaf: string | null): Promise<string[]> {
  const branch = sql`with recursive branch as (
      select id, parent_id from turns where id = ${leaf} and session_id = ${sessionId}
      union all
      select above.id, above.parent_id from branch below join turns above on above.id = below.parent_id
    ) select id from branch`
  const rows = await db
    .select({ id: turns.id })
    .from(turns)
    .where(
      and(eq(turns.sessionId, sessionId), inArray(turns.status, [...ENDED]), leaf === null ? undefined : sql`${turns.id} in (${branch})`),
    )
    .orderBy(asc(turns.position))
  return rows.map(({ id }) => id)
}

/** These turns, in that order, as they are at one moment. Throws when one is gone. */
export function loadForExport(db: Database, ids: readonly string[]): Promise<ExportedTurn[]> {
  const wanted = [...ids]
  return db.transaction(
    async (tx) => {
      const rows = await tx.select().from(turns).where(inArray(turns.id, wanted))
      const partRows = await tx
        .select({
          part: parts,
          media: { sha256: media.sha256, bytes: media.bytes, mimeType: media.mimeType, width: media.width, height: media.height },
        })
        .from(parts)
        .leftJoin(media, eq(media.id, parts.mediaId))
        .where(inArray(parts.turnId, wanted))
        .orderBy(asc(parts.turnId), asc(parts.attempt), asc(parts.ordinal))
      const ledger = await tx
        .select()
        .from(attempts)
        .where(and(inArray(attempts.turnId, wanted), isNotNull(attempts.endedAtMs)))
        .orderBy(asc(attempts.turnId), asc(attempts.n))
      const imported = await tx.select().from(importedLedgers).where(inArray(importedLedgers.turnId, wanted))
      return wanted.map((id) => {
        const row = rows.find((turn) => turn.id === id)
        if (row === undefined) throw new Error('a turn was deleted while its session was exported')
        const own = partRows.filter(({ part }) => part.turnId === id)
        return {
          row,
          input: own.filter(({ part }) => part.attempt === 0),
          answers: own.filter(({ part }) => part.attempt > 0),
          attempts: ledger.filter(({ turnId }) => turnId === id),
          imported: imported.find(({ turnId }) => turnId === id)?.attempts ?? null,
        }
      })
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}
