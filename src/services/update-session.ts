import { changeSession, lockSession } from '../db/session-queries.ts'
import { loadTurns } from '../db/turn-views.ts'
import { RequestError } from '../domain/problem.ts'
import type { Session, SessionSettings } from '../domain/session.ts'
import { askedOf, checkChain } from './check-chain.ts'
import type { Verb } from './context.ts'
import { getSession } from './get-session.ts'
import { allowSession, noSuch } from './scope.ts'

type Changes = Partial<SessionSettings> & { headTurnId?: string | null }

/** Changes settings, or moves the head (undo, redo) to any turn of the session that succeeded; null is before the first turn. */
export const updateSession: Verb<{ sessionId: string; changes: Changes }, Session> = async ({ ctx, input }) => {
  const { sessionId, changes } = input
  allowSession(ctx, sessionId)
  await ctx.db.transaction(async (tx) => {
    const current = await lockSession(tx, ctx.principal.tenantId, sessionId)
    if (current === null) throw noSuch('session', sessionId)
    checkChain(ctx, askedOf(ctx, { ...current, ...changes }))
    if (typeof changes.headTurnId === 'string') {
      const [head] = await loadTurns(tx, [changes.headTurnId])
      if (head === undefined || head.sessionId !== sessionId || head.status !== 'succeeded') {
        throw new RequestError('invalid_request', 'The head can be moved to a turn of this session that succeeded, and nowhere else.', {
          errors: [{ path: 'headTurnId', message: 'no turn of this session that succeeded' }],
        })
      }
    }
    await changeSession(tx, ctx.principal.tenantId, sessionId, changes, ctx.clock.nowMs())
  })
  return getSession({ ctx, input: { sessionId } })
}
