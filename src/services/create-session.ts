import { ensureTenant, insertSession } from '../db/session-queries.ts'
import { makeId } from '../domain/ids.ts'
import { DEFAULT_SESSION_SETTINGS, type Session, type SessionSettings } from '../domain/session.ts'
import { askedOf, checkChain } from './check-chain.ts'
import type { Verb } from './context.ts'
import { getSession } from './get-session.ts'

/** Opens a session. Throws `invalid_request` when a model of the chain is unknown, or none can make the picture asked for. */
export const createSession: Verb<Partial<SessionSettings>, Session> = async ({ ctx, input }) => {
  const settings = { ...DEFAULT_SESSION_SETTINGS, ...input }
  checkChain(ctx, askedOf(ctx, settings))
  const nowMs = ctx.clock.nowMs()
  const id = makeId('ses', nowMs, ctx.random.bytes(10))
  const { tenantId } = ctx.principal
  await ensureTenant(ctx.db, tenantId, nowMs)
  await insertSession(ctx.db, id, tenantId, settings, nowMs)
  return getSession({ ctx, input: { sessionId: id } })
}
