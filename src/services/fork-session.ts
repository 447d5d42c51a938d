import { copyTurns, type TurnCopy } from '../db/fork-queries.ts'
import { changeSession, insertSession } from '../db/session-queries.ts'
import { branchIds } from '../db/tree-queries.ts'
import { makeId } from '../domain/ids.ts'
import { RequestError } from '../domain/problem.ts'
import type { Session } from '../domain/session.ts'
import type { Verb } from './context.ts'
import { getSession } from './get-session.ts'
import { reachSession, reachTurn } from './scope.ts'

/** A session of its own with the history up to and including a turn that succeeded. Costs stay where they were paid. */
export const forkSession: Verb<{ sessionId: string; turnId: string }, Session> = async ({ ctx, input }) => {
  const session = await reachSession(ctx, input.sessionId)
  const turn = await reachTurn(ctx, input.turnId)
  if (turn.sessionId !== session.id || turn.status !== 'succeeded') {
    throw new RequestError('invalid_request', 'A session can be forked at a turn of its own that succeeded.', {
      errors: [{ path: 'turnId', message: 'no turn of this session that succeeded' }],
    })
  }
  const nowMs = ctx.clock.nowMs()
  const newId = (prefix: 'ses' | 'trn') => makeId(prefix, nowMs, ctx.random.bytes(10))
  const id = newId('ses')
  const copies: TurnCopy[] = []
  for (const from of await branchIds(ctx.db, turn.id)) copies.push({ from, to: newId('trn'), parent: copies.at(-1)?.to ?? null })
  const { tenantId } = ctx.principal
  await ctx.db.transaction(async (tx) => {
    await insertSession(tx, id, tenantId, settingsOf(session), nowMs)
    await copyTurns(tx, id, copies, nowMs)
    await changeSession(tx, tenantId, id, { headTurnId: copies.at(-1)?.to ?? null }, nowMs)
  })
  return getSession({ ctx: { ...ctx, principal: { ...ctx.principal, kind: 'tenant', sessionId: null } }, input: { sessionId: id } })
}

function settingsOf(session: Session) {
  const {
    id: _id,
    tenantId: _tenant,
    headTurnId: _head,
    turnCount: _turns,
    costUsd: _cost,
    createdAtMs: _made,
    updatedAtMs: _changed,
    ...settings
  } = session
  return settings
}
