/** The shape of a session's tree: ids only. */
import { asc, eq, sql } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { turns } from './schema.ts'

/** From the root to `leaf`; empty for null. */
export async function branchIds(db: Database, leaf: string | null): Promise<string[]> {
  if (leaf === null) return []
  const rows = await db.execute<{ id: string }>(sql`
    with recursive branch as (
      select id, parent_id, depth from turns where id = ${leaf}
      union all
      select above.id, above.parent_id, above.depth from branch below join turns above on above.id = below.parent_id
    ) select id from branch order by depth`)
  return rows.map(({ id }) => id)
}

/** Every turn, in the order they were made. */
export async function turnIdsOfSession(db: Database, sessionId: string): Promise<string[]> {
  const rows = await db.select({ id: turns.id }).from(turns).where(eq(turns.sessionId, sessionId)).orderBy(asc(turns.position))
  return rows.map(({ id }) => id)
}
