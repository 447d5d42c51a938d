import { branchIds, turnIdsOfSession } from '../db/tree-queries.ts'
import { loadTurns } from '../db/turn-views.ts'
import type { Turn } from '../domain/turn.ts'
import type { Verb } from './context.ts'
import { decodeCursor, type Page, pageOf } from './page.ts'
import { noSuch, reachSession, reachTurn } from './scope.ts'

interface Asked {
  sessionId: string
  /** Ends the branch; absent: the head. */
  leaf?: string | undefined
  /** Every turn of the tree instead of one branch. */
  all: boolean
  order: 'asc' | 'desc'
  limit: number
  cursor?: string | undefined
}

/** One branch from the root to its leaf, or the whole tree in the order the turns were made. */
export const listTurns: Verb<Asked, Page<Turn>> = async ({ ctx, input }) => {
  const session = await reachSession(ctx, input.sessionId)
  const after = decodeCursor(input.cursor, 'trn')
  if (input.leaf !== undefined && (await reachTurn(ctx, input.leaf)).sessionId !== session.id) throw noSuch('turn', input.leaf)
  const ids = input.all ? await turnIdsOfSession(ctx.db, session.id) : await branchIds(ctx.db, input.leaf ?? session.headTurnId)
  if (input.order === 'desc') ids.reverse()
  const from = after === null ? 0 : ids.indexOf(after) + 1
  return pageOf(await loadTurns(ctx.db, ids.slice(from, from + input.limit + 1)), input.limit)
}
