/** What the installation decided once and keeps, the same for all its nodes. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

/** The stored value; the first of any number of nodes that ask at once has its `candidate` stored. */
export async function settleSetting(db: Database, key: string, candidate: string): Promise<string> {
  const rows = await db.execute<{ value: string }>(sql`
    insert into settings (key, value) values (${key}, ${candidate})
    on conflict (key) do update set key = excluded.key returning value`)
  const row = rows[0]
  if (row === undefined) throw new Error(`the setting ${key} could not be stored`)
  return row.value
}
