import type { Verb } from './context.ts'
import { reachTurn } from './scope.ts'
import type { Submitted } from './submission.ts'
import { submitTurn } from './submit-turn.ts'

/** A sibling of the turn: same parent, same input, a new try. */
export const regenerateTurn: Verb<{ turnId: string; idempotencyKey: string | null }, Submitted> = async ({ ctx, input }) => {
  const { sessionId, parentId, parts, image, models, strategy, policy, deadlineMs, window, webhookUrl, metadata } = await reachTurn(
    ctx,
    input.turnId,
  )
  return submitTurn({
    ctx,
    input: {
      sessionId,
      parentId,
      idempotencyKey: input.idempotencyKey,
      keyPurpose: `regenerate ${input.turnId}`,
      request: { parts, image, models, strategy, policy, deadlineMs, notBeforeMs: null, window, webhookUrl, metadata },
    },
  })
}
