import { createBodyWriter, type Delivery } from '../http/body-writer.ts'
import type { ApiExchange } from '../http/exchange.ts'
import { apiHeaders, eventJson, prettyJson } from '../http/send.ts'
import type { ApiError } from '../wire/api-error.ts'
import type { StreamEvent } from './response-body.ts'

/** How an answer is sent: `totalMs` real milliseconds after it was asked for, and with what goes wrong on the way. */
export type Sending = { totalMs: number; delivery: Delivery; errorMidStream?: ApiError }

/** Share of the time after which a stream's headers are out: 0.9 of some 20 seconds in the recording. */
const FIRST_BYTE_SHARE = 0.05

export async function sendUnary(exchange: ApiExchange, body: object, { totalMs, delivery }: Sending): Promise<void> {
  const { response, simulation, signal, entry } = exchange
  await simulation.clock.sleep(totalMs, signal)
  if (signal.aborted) return
  entry.status = 200
  response.writeHead(200, { ...apiHeaders(exchange, 'application/json; charset=UTF-8'), 'server-timing': serverTiming(totalMs) })
  response.flushHeaders()
  const writer = createBodyWriter({ response, delivery, clock: simulation.clock, signal })
  if (await writer.write(prettyJson(body))) writer.end()
}

/** Server-sent events with `alt=sse`, else one JSON array that grows. */
export async function sendStream(
  exchange: ApiExchange,
  events: StreamEvent[],
  { totalMs, delivery, errorMidStream }: Sending,
): Promise<void> {
  const { response, simulation, signal, entry, url } = exchange
  const framing = url.searchParams.get('alt') === 'sse' ? EVENT_STREAM : JSON_ARRAY
  const firstByteMs = totalMs * FIRST_BYTE_SHARE
  await simulation.clock.sleep(firstByteMs, signal)
  if (signal.aborted) return
  entry.status = 200
  response.writeHead(200, {
    ...apiHeaders(exchange, framing.contentType),
    'content-disposition': 'attachment',
    'server-timing': serverTiming(firstByteMs),
  })
  response.flushHeaders()
  const writer = createBodyWriter({ response, delivery, clock: simulation.clock, signal })

  let spentMs = firstByteMs
  for (const [index, { atShare, body }] of events.entries()) {
    const waitMs = totalMs * atShare - spentMs
    await simulation.clock.sleep(waitMs, signal)
    spentMs += Math.max(0, waitMs)
    const isBroken = errorMidStream && index === Math.max(1, events.length - 1)
    if (signal.aborted || !(await writer.write(isBroken ? prettyJson(errorMidStream.body()) : framing.event(body, index)))) return
    if (isBroken) return writer.end()
  }
  if (await writer.write(framing.end)) writer.end()
}

/** How bodies of a stream are strung together (wire-facts §1.1). */
type Framing = { contentType: string; event(body: object, index: number): string; end: string }

const EVENT_STREAM: Framing = { contentType: 'text/event-stream', event: (body) => `data: ${eventJson(body)}\r\n\r\n`, end: '' }
const JSON_ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  event: (body, index) => `${index === 0 ? '[' : ',\r\n'}${prettyJson(body)}`,
  end: ']\n',
}

function serverTiming(ms: number): string {
  return `gfet4t7; dur=${Math.round(ms)}`
}
