/** The transport of Node: undici over HTTP/1.1, one pool of connections per endpoint. */
import type { Readable } from 'node:stream'
import { type Dispatcher, EnvHttpProxyAgent, request as sendRequest } from 'undici'
import {
  type TrackedBody,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  trackBody,
  transportFailure,
} from '../gemini/transport.ts'

const CONNECT_TIMEOUT_MS = 10_000
const TCP_KEEP_ALIVE_MS = 30_000
/** Never by way of a proxy, whatever `NO_PROXY` says. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1']

export interface UndiciTransportOptions {
  /** `HTTPS_PROXY`; null for none. Plain HTTP is never proxied. */
  httpsProxy: string | null
  /** `NO_PROXY`: hosts joined by commas. */
  noProxy: string | null
  connectTimeoutMs?: number
}

/** `close` breaks off whatever is still going on. */
export function createUndiciTransport(options: UndiciTransportOptions): Transport {
  const dispatchers = new Map<string, Dispatcher>()
  const dispatcherOf = (endpointId: string): Dispatcher => {
    const dispatcher = dispatchers.get(endpointId) ?? createDispatcher(options)
    dispatchers.set(endpointId, dispatcher)
    return dispatcher
  }
  return {
    request: (request) => exchange(request, dispatcherOf(request.endpointId)),
    async close() {
      const open = [...dispatchers.values()]
      dispatchers.clear()
      await Promise.all(open.map((dispatcher) => dispatcher.destroy()))
    },
  }
}

/** The empty `httpProxy` keeps undici from reading the environment by itself. */
function createDispatcher({ httpsProxy, noProxy, connectTimeoutMs = CONNECT_TIMEOUT_MS }: UndiciTransportOptions): Dispatcher {
  const tcp = { timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS }
  return new EnvHttpProxyAgent({
    httpProxy: '',
    httpsProxy: httpsProxy ?? '',
    noProxy: [...LOOPBACK, ...(noProxy ?? '').split(',')].filter(Boolean).join(','),
    allowH2: false,
    pipelining: 1,
    connect: tcp,
    requestTls: tcp,
    proxyTls: tcp,
  })
}

async function exchange(request: TransportRequest, dispatcher: Dispatcher): Promise<TransportResponse> {
  const body = trackBody(request)
  const headers = body.pieces === null ? request.headers : { ...request.headers, 'content-length': String(request.contentLength) }
  try {
    const response = await sendRequest(request.url, {
      dispatcher,
      method: request.method,
      headers,
      // undici takes any async iterable; only its types know no more than streams.
      body: body.pieces as Readable | null,
      headersTimeout: request.timeouts.headersMs,
      bodyTimeout: request.timeouts.bodyMs,
      signal: request.signal,
    })
    return { status: response.statusCode, headers: firstValues(response.headers), body: answerPieces(response.body, body) }
  } catch (error) {
    throw transportFailure(body, error)
  }
}

async function* answerPieces(answer: AsyncIterable<Uint8Array>, body: TrackedBody): AsyncGenerator<Uint8Array> {
  try {
    yield* answer
  } catch (error) {
    throw transportFailure(body, error)
  }
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value])
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
}
