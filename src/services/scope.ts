/** What a caller may reach. Another tenant's object is answered like one that does not exist (api.md, Authentication). */
import { findMedia, mediaOfSession } from '../db/media-queries.ts'
import { findSession } from '../db/session-queries.ts'
import { loadTurns } from '../db/turn-views.ts'
import type { Media } from '../domain/media.ts'
import { RequestError } from '../domain/problem.ts'
import type { Session } from '../domain/session.ts'
import type { Turn } from '../domain/turn.ts'
import type { ServiceContext } from './context.ts'

export function noSuch(what: 'session' | 'turn' | 'media' | 'attempt' | 'key', id: string): RequestError {
  return new RequestError('not_found', `There is no ${what} ${id}.`)
}

/** Whose sums the caller may see; null: everyone's. */
export function visibleTenant({ principal }: ServiceContext): string | null {
  return principal.kind === 'admin' ? null : principal.tenantId
}

/** Throws unless the caller's key or token is good for this session, as far as can be told without looking it up. */
export function allowSession(ctx: ServiceContext, sessionId: string): void {
  const { principal } = ctx
  if (principal.kind === 'session' && principal.sessionId !== sessionId) throw noSuch('session', sessionId)
}

export async function reachSession(ctx: ServiceContext, sessionId: string): Promise<Session> {
  allowSession(ctx, sessionId)
  const session = await findSession(ctx.db, ctx.principal.tenantId, sessionId)
  if (session === null) throw noSuch('session', sessionId)
  return session
}

export async function reachTurn(ctx: ServiceContext, turnId: string): Promise<Turn> {
  const { principal } = ctx
  const [turn] = await loadTurns(ctx.db, [turnId])
  const reachable =
    turn !== undefined && turn.tenantId === principal.tenantId && (principal.kind !== 'session' || principal.sessionId === turn.sessionId)
  if (!reachable) throw noSuch('turn', turnId)
  return turn
}

/** The media of these ids that the caller may use. */
export async function reachableMedia(ctx: ServiceContext, ids: readonly string[]): Promise<Media[]> {
  const { principal } = ctx
  const found = await findMedia(ctx.db, principal.tenantId, ids)
  if (principal.kind !== 'session' || principal.sessionId === null) return found
  const allowed = await mediaOfSession(ctx.db, principal.sessionId, ids)
  return found.filter(({ id }) => allowed.has(id))
}

export async function reachMedia(ctx: ServiceContext, mediaId: string): Promise<Media> {
  const [media] = await reachableMedia(ctx, [mediaId])
  if (media === undefined) throw noSuch('media', mediaId)
  return media
}
