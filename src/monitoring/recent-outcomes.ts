import { sql } from 'drizzle-orm'
import type { Database } from '../db/connect.ts'

/** Attempts that ended after `sinceMs` (Unix ms), by model. */
export async function recentOutcomes(db: Database, sinceMs: number): Promise<Map<string, { ended: number; succeeded: number }>> {
  const rows = await db.execute<{ model: string; ended: number; succeeded: number }>(sql`
    select model, count(*)::int as ended, (count(*) filter (where outcome = 'succeeded'))::int as succeeded
    from attempts where ended_at_ms >= ${sinceMs} group by model`)
  return new Map(rows.map(({ model, ended, succeeded }) => [model, { ended, succeeded }]))
}
