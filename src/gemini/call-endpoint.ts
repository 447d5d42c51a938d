/** What every call to an endpoint has in common: its address, its key, and how an error body is read. */
import type { Endpoint } from '../domain/endpoint.ts'
import { type Transport, TransportError, type TransportRequest, type TransportResponse } from './transport.ts'

/** What is longer is no error of the API but a page of HTML, whose rest says nothing. */
const TEXT_UNITS_MAX = 256 * 1024
/** Just above the longest attempt (4K, 600 s), so that the attempt's own timeout comes first. */
const SILENCE_MARGIN_MS = 15_000
const USER_AGENT = 'pentimento'

export interface EndpointCall {
  endpoint: Endpoint
  method: TransportRequest['method']
  /** Path and query below the endpoint's base, or a whole address on its host. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: TransportRequest['body']
  contentLength?: number
  timeoutMs: number
  signal: AbortSignal
}

export function callEndpoint(transport: Transport, call: EndpointCall): Promise<TransportResponse> {
  const { endpoint, method, body = null, contentLength = 0, timeoutMs, signal } = call
  return transport.request({
    endpointId: endpoint.id,
    method,
    url: endpoint.baseUrl.replace(/\/+$/, '') + call.path,
    headers: { 'x-goog-api-key': endpoint.key, 'user-agent': USER_AGENT, ...call.headers },
    body,
    contentLength,
    timeouts: { headersMs: timeoutMs + SILENCE_MARGIN_MS, bodyMs: timeoutMs + SILENCE_MARGIN_MS },
    signal,
  })
}

/** A small body as text; of one that is not small, the beginning. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > TEXT_UNITS_MAX) break
  }
  return text
}

/** The same for the body of an error: a connection that breaks in the middle of it does not change what the status said. */
export function readErrorText(body: AsyncIterable<Uint8Array>): Promise<string> {
  return readText(untilBroken(body))
}

async function* untilBroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
  }
}

/** The endpoint of that id; a name nobody configured is a fault of ours. */
export function endpointOf(endpoints: readonly Endpoint[], id: string): Endpoint {
  const endpoint = endpoints.find((candidate) => candidate.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  return endpoint
}
