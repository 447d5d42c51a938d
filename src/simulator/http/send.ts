import { httpDate } from '../clock.ts'
import type { ApiError } from '../wire/api-error.ts'
import type { ApiExchange, Exchange } from './exchange.ts'

/** Headers that recorded answers share (wire-facts §1.1). No request id, no Retry-After. */
export function apiHeaders({ simulation }: Exchange, contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    date: httpDate(simulation.clock.nowMs()),
    server: 'scaffolding on HTTPServer2',
    vary: 'Origin, X-Origin, Referer',
    'x-xss-protection': '0',
    'x-frame-options': 'SAMEORIGIN',
    'x-content-type-options': 'nosniff',
    'x-gemini-service-tier': 'standard',
  }
}

/** Pretty-printed, as the API writes JSON. */
export function sendJson(exchange: ApiExchange, body: unknown, extraHeaders: Record<string, string> = {}): void {
  const text = prettyJson(body)
  exchange.entry.status = 200
  exchange.entry.outcome = 'answered'
  exchange.response.writeHead(200, {
    ...apiHeaders(exchange, 'application/json; charset=UTF-8'),
    'content-length': String(Buffer.byteLength(text)),
    ...extraHeaders,
  })
  exchange.response.end(text)
}

/**
 * An error body. On a call that asked for server-sent events it is plain JSON all the same, under `text/event-stream` (wire-facts §1.1).
 */
export function sendError(exchange: ApiExchange, error: ApiError): void {
  const text = prettyJson(error.body())
  const isEventStream = exchange.url.searchParams.get('alt') === 'sse'
  exchange.entry.status = error.code
  exchange.entry.error = `${error.status}: ${error.message}`
  if (exchange.response.destroyed) return
  exchange.response.writeHead(error.code, {
    ...apiHeaders(exchange, isEventStream ? 'text/event-stream' : 'application/json; charset=UTF-8'),
    'content-length': String(Buffer.byteLength(text)),
  })
  exchange.response.end(text)
}

export function prettyJson(body: unknown): string {
  return `${JSON.stringify(body, null, 2)}\n`
}

/** One line with a blank behind colons and none behind commas: how recorded events are written. */
export function eventJson(body: unknown): string {
  return JSON.stringify(body, null, 1).replace(/\n */g, '')
}
