import { cancelActiveTurn } from '../db/turn-endings.ts'
import { turnProblem } from '../domain/problem.ts'
import type { Turn } from '../domain/turn.ts'
import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'

/** The turn is canceled at once, whatever node works on it; one that had ended is returned as it is. `billed` says what it may have cost. */
export const cancelTurn: Verb<{ turnId: string }, Turn> = async ({ ctx, input }) => {
  await reachTurn(ctx, input.turnId)
  await cancelActiveTurn(ctx.db, input.turnId, turnProblem('canceled', 'The turn was canceled by its caller.'), ctx.clock.nowMs())
  return reachTurn(ctx, input.turnId)
}
