import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

/** `traceparent` of the request a turn came with; null where that was not traced, or the turn is gone. */
export async function traceParentOf(db: Database, turnId: string): Promise<string | null> {
  const rows = await db.execute<{ trace_parent: string | null }>(sql`select trace_parent from turns where id = ${turnId}`)
  return rows[0]?.trace_parent ?? null
}
