import { asc, eq } from 'drizzle-orm'
import type { RequestSummary } from '../domain/history/summarize-request.ts'
import type { Database } from './connect.ts'
import { attempts } from './schema.ts'

/** The summaries written with the ledger rows of a turn, before each was sent. */
export async function requestsOfTurn(db: Database, turnId: string): Promise<{ n: number; startedAtMs: number; request: RequestSummary }[]> {
  const rows = await db
    .select({ n: attempts.n, startedAtMs: attempts.startedAtMs, request: attempts.request })
    .from(attempts)
    .where(eq(attempts.turnId, turnId))
    .orderBy(asc(attempts.n))
  return rows.flatMap(({ request, ...row }) => (request === null ? [] : [{ ...row, request: request as RequestSummary }]))
}
