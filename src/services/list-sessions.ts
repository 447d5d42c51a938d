import { findSession, listSessionRows } from '../db/session-queries.ts'
import type { Session } from '../domain/session.ts'
import type { Verb } from './context.ts'
import { decodeCursor, type Page, pageOf } from './page.ts'

/** The tenant's sessions, newest first. A session's token sees that one alone. */
export const listSessions: Verb<{ limit: number; cursor?: string | undefined }, Page<Session>> = async ({ ctx, input }) => {
  const { tenantId, sessionId } = ctx.principal
  if (sessionId !== null) {
    const own = await findSession(ctx.db, tenantId, sessionId)
    return { data: own === null ? [] : [own], nextCursor: null }
  }
  const before = decodeCursor(input.cursor, 'ses')
  return pageOf(await listSessionRows(ctx.db, tenantId, input.limit + 1, before), input.limit)
}
