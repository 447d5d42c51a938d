import { breaksReference, breaksUnique } from '../db/broken-constraints.ts'
import { findForSubmission, insertTurn, type KeyUse } from '../db/turn-submission.ts'
import { makeId } from '../domain/ids.ts'
import type { Media } from '../domain/media.ts'
import { newTurn } from '../domain/new-turn.ts'
import type { Turn } from '../domain/turn.ts'
import { askedOf, checkChain } from './check-chain.ts'
import type { ServiceContext } from './context.ts'
import { inputParts } from './resolve-media.ts'
import type { Submission } from './submission.ts'

/**
 * Accepts a turn that nothing stands in the way of and that may run in this very process: one statement looks at its session, one
 * stores the turn as claimed, if the session still is as it was seen. That saves a transaction, a wake-up, a claim and two looks.
 * Null, and nothing stored: the turn has to be looked at under its session's lock, which also says what is wrong with it.
 */
export async function acceptAtOnce(
  ctx: ServiceContext,
  input: Submission,
  media: ReadonlyMap<string, Media>,
  key: { use: KeyUse; digest: string } | null,
): Promise<Turn | null> {
  const { request, sessionId, expectedHeadTurnId } = input
  if (request.notBeforeMs !== null || request.window !== null) return null
  const nowMs = ctx.clock.nowMs()
  const id = makeId('trn', nowMs, ctx.random.bytes(10))
  const place = ctx.dispatcher.admit?.(id) ?? null
  if (place === null) return null
  try {
    const { tenantId } = ctx.principal
    const found = await findForSubmission(ctx.db, { tenantId, sessionId, parentId: input.parentId, key: key?.use ?? null })
    if (found === null || found.busyTurnId !== null || found.bounded || found.keyUsed) return null
    if (expectedHeadTurnId !== undefined && expectedHeadTurnId !== found.headTurnId) return null
    const parentId = input.parentId === undefined ? found.headTurnId : input.parentId
    if (parentId !== null && found.parent?.status !== 'succeeded') return null
    checkChain(ctx, askedOf(ctx, found.settings, request))

    const index = found.parent === null ? 0 : found.parent.depth + 1
    const row = { ...request, id, tenantId, sessionId, parentId, parentIsHead: false, depth: index, reservedUsd: null }
    const stored = { ...row, traceParent: ctx.traceParent, by: { nodeId: place.nodeId } }
    if (!(await insertTurn(ctx.db, stored, { nowMs, mark: found.mark, key }))) return null
    const turn = newTurn({ ...request, parts: inputParts(request.parts, media) }, 'running', {
      ...{ id, tenantId, sessionId, parentId, index, createdAtMs: nowMs, siblingIds: found.siblingIds },
    })
    place.begin(turn, found.settings)
    return turn
  } catch (error) {
    // Another request with the same key, or for the same session, was quicker; or media have gone.
    if (breaksUnique(error) || breaksReference(error)) return null
    throw error
  } finally {
    place.leave()
  }
}
