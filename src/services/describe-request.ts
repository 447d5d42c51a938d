import { requestsOfTurn } from '../db/turn-requests.ts'
import type { RequestSummary } from '../domain/history/summarize-request.ts'
import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'

/** What was sent upstream, attempt by attempt: words in full, media by digest, bytes and tokens counted. */
export const describeRequest: Verb<{ turnId: string }, { n: number; startedAtMs: number; request: RequestSummary }[]> = async ({
  ctx,
  input,
}) => {
  const turn = await reachTurn(ctx, input.turnId)
  return requestsOfTurn(ctx.db, turn.id)
}
