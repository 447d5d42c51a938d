/** Event streams of a turn, a session and a tenant: which events, under which ids, and how they end. */
import type { TurnEvent } from '../domain/event.ts'
import { ENDED } from '../domain/turn.ts'
import { getTurn } from '../services/get-turn.ts'
import { readTurnEvents } from '../services/read-events.ts'
import type { AppDeps, HttpContext } from './env.ts'
import { describeError } from './error-response.ts'
import { EVENT_STREAM_HEADERS, eventStream, type ServerSentEvent } from './event-stream.ts'
import { mediaLinks } from './present/media-links.ts'
import { presentEvent } from './present/present-event.ts'

const TERMINAL: ReadonlySet<string> = new Set(ENDED.map((status) => `turn.${status}`))

export interface StreamedEvents {
  events(signal: AbortSignal): AsyncIterable<TurnEvent>
  /** What resuming goes by: `seq` within a turn, `position` across turns. */
  idOf(event: TurnEvent): number
  onDisconnect?: () => Promise<void>
  headers?: Record<string, string>
}

/** Answers with the events as they come. Whoever may not see them must have been refused before. */
export function answerEvents(c: HttpContext, deps: AppDeps, { events, idOf, onDisconnect, headers }: StreamedEvents): Response {
  const stream = eventStream({
    events: (signal) => shown(c, deps, events(signal), idOf),
    clock: deps.clock,
    onError: (error) => deps.logger.error('request.error', { requestId: c.var.requestId, route: c.var.route, ...describeError(error) }),
    ...(onDisconnect ? { onDisconnect } : {}),
  })
  return c.newResponse(stream, 200, { ...EVENT_STREAM_HEADERS, ...headers })
}

/** Events of one turn after `afterSeq`, until it ends. */
export function answerTurnEvents(
  c: HttpContext,
  deps: AppDeps,
  turn: { id: string; afterSeq: number },
  more: Pick<StreamedEvents, 'onDisconnect' | 'headers'> = {},
): Response {
  const ctx = c.var.services
  return answerEvents(c, deps, {
    events: (signal) => readTurnEvents({ ctx, input: { turnId: turn.id, afterSeq: turn.afterSeq, signal } }),
    idOf: (event) => event.seq,
    ...more,
  })
}

async function* shown(
  c: HttpContext,
  deps: AppDeps,
  events: AsyncIterable<TurnEvent>,
  idOf: StreamedEvents['idOf'],
): AsyncGenerator<ServerSentEvent> {
  const links = mediaLinks(c, deps)
  for await (const event of events) {
    const turn = TERMINAL.has(event.type) ? await getTurn({ ctx: c.var.services, input: { turnId: event.turnId } }) : null
    yield { id: idOf(event), event: event.type, data: await presentEvent(event, turn, links) }
  }
}
