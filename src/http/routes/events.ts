/** Event streams (api.md, Turns): of a turn, of a session, of a tenant. */
import { hasEnded } from '../../domain/turn.ts'
import { getSession } from '../../services/get-session.ts'
import { getTurn } from '../../services/get-turn.ts'
import { readSessionEvents, readTenantEvents } from '../../services/read-events.ts'
import { idParam } from '../contract/content.ts'
import { EventStream, TenantEventsQuery } from '../contract/event.ts'
import { StreamHeaders } from '../contract/headers.ts'
import { pathId, readHeaders, readQuery } from '../parse/read-request.ts'
import type { Route } from '../route.ts'
import { answerEvents, answerTurnEvents } from '../turn-stream.ts'

const tags = ['Events']
const headers = StreamHeaders
const stream = {
  description: 'The events, from the first or after Last-Event-ID',
  content: { 'text/event-stream': { schema: EventStream } },
}

export const eventRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/turns/{id}/events',
    operationId: 'streamTurnEvents',
    summary: 'What happens to a turn, until it has ended',
    description:
      'Server-sent events, each with its `seq` as id: resume with `Last-Event-ID` from any node. The last one carries the whole turn. A comment comes every 15 seconds.',
    tags,
    access: 'session',
    request: { params: idParam('trn'), headers },
    responses: { 200: stream, 204: { description: 'It has ended, and everything was told: do not connect again' } },
    errors: ['invalid_request'],
    handle: async (c, deps) => {
      const { 'Last-Event-ID': afterSeq = 0 } = readHeaders(c, StreamHeaders)
      const turn = await getTurn({ ctx: c.var.services, input: { turnId: pathId(c, 'trn') } })
      // An EventSource reconnects after every end but this one.
      if (hasEnded(turn.status) && turn.version <= afterSeq) return c.newResponse(null, 204)
      return answerTurnEvents(c, deps, { id: turn.id, afterSeq })
    },
  },
  {
    method: 'get',
    path: '/v1/sessions/{id}/events',
    operationId: 'streamSessionEvents',
    summary: 'What happens to the turns of a session',
    description: 'Server-sent events of all turns of the session, as they come, without an end. Resume with `Last-Event-ID`.',
    tags,
    access: 'session',
    request: { params: idParam('ses'), headers },
    responses: { 200: stream },
    errors: ['invalid_request'],
    handle: async (c, deps) => {
      const ctx = c.var.services
      const { 'Last-Event-ID': afterPosition = 0 } = readHeaders(c, StreamHeaders)
      const { id: sessionId } = await getSession({ ctx, input: { sessionId: pathId(c, 'ses') } })
      return answerEvents(c, deps, {
        events: (signal) => readSessionEvents({ ctx, input: { sessionId, afterPosition, signal } }),
        idOf: (event) => event.position,
      })
    },
  },
  {
    method: 'get',
    path: '/v1/events',
    operationId: 'streamTenantEvents',
    summary: 'What happens to all turns of the tenant',
    description:
      'Server-sent events of all turns of the key’s tenant, as they come, without an end: for dashboards. Begin with `since`, resume with `Last-Event-ID`.',
    tags,
    access: 'tenant',
    request: { headers, query: TenantEventsQuery },
    responses: { 200: stream },
    errors: ['invalid_request'],
    handle: (c, deps) => {
      const ctx = c.var.services
      const { 'Last-Event-ID': afterPosition = null } = readHeaders(c, StreamHeaders)
      const { since: sinceMs = null } = readQuery(c, TenantEventsQuery)
      return answerEvents(c, deps, {
        events: (signal) => readTenantEvents({ ctx, input: { afterPosition, sinceMs, signal } }),
        idOf: (event) => event.position,
      })
    },
  },
]
