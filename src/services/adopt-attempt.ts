import { adoptLateAttempt } from '../db/turn-endings.ts'
import { RequestError } from '../domain/problem.ts'
import type { Turn } from '../domain/turn.ts'
import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'

/** Takes a late answer, which was paid for, as the turn's output. Throws `invalid_request` when that attempt has none to give. */
export const adoptAttempt: Verb<{ turnId: string; attempt: number }, Turn> = async ({ ctx, input }) => {
  const turn = await reachTurn(ctx, input.turnId)
  const adopted = await adoptLateAttempt(ctx.db, turn.id, input.attempt, ctx.clock.nowMs())
  const after = await reachTurn(ctx, turn.id)
  const alreadyIs = after.status === 'succeeded' && after.output.some((part) => part.attempt === input.attempt)
  if (!adopted && !alreadyIs) {
    throw new RequestError('invalid_request', 'Only a late answer of a turn that did not succeed can be adopted.', {
      errors: [{ path: 'attempt', message: `attempt ${input.attempt} has no late answer` }],
    })
  }
  return after
}
