/** The HTTP server: how long and how much it bears with a client, and what it says to one that speaks no proper HTTP. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { makeId } from '../domain/ids.ts'
import type { Clock, Random } from '../domain/ports.ts'
import { RequestError } from '../domain/problem.ts'

export interface ServerLimits {
  /** From a request's first byte to the end of its headers. */
  headersMs: number
  /** To the end of its body. Bodies that come too slowly are given up long before (`limitedBody`). */
  requestMs: number
  /** Without a byte in either direction, while a request is under way. Waits and event streams must fit in. */
  silenceMs: number
  /** Between two requests of a connection. */
  idleMs: number
  /** How often the first two are looked at, and so by how much they may be exceeded. */
  lookEveryMs: number
  /** Request line and headers together. */
  headerBytesMax: number
}

export interface ServerDeps {
  clock: Clock
  random: Random
  /** Stands in for the Host that HTTP/1.0 need not send. */
  hostname: string
}

const SILENCE_MS = 120_000
const SILENCE_AFTER_WAIT_MS = 30_000

/**
 * What ships. The largest bundle, 4 GiB, takes two hours at 5 Mbit/s. Load balancers keep idle connections for 60 s (nginx,
 * AWS ALB); where we close first, a request may meet the closing and end as a 502: so 75 s.
 */
export function serverLimits({ waitMaxMs }: { waitMaxMs: number }): ServerLimits {
  return {
    headersMs: 20_000,
    requestMs: 2 * 3_600_000,
    silenceMs: Math.max(SILENCE_MS, waitMaxMs + SILENCE_AFTER_WAIT_MS),
    idleMs: 75_000,
    lookEveryMs: 5_000,
    headerBytesMax: 16_384,
  }
}

type Fetch = Parameters<typeof getRequestListener>[0]

/** A server that does not listen yet. Whatever cannot become a request for `fetch` is answered as a problem too, where that is possible. */
export function createHttpServer(fetch: Fetch, limits: ServerLimits, deps: ServerDeps): Server {
  const refuse = (status: number, detail: string) => refusal(deps, status, detail)
  const answering = new WeakMap<Duplex, ServerResponse>()
  const listener = getRequestListener(
    (request, env) => (hasProperHost(env.incoming) ? fetch(request, env) : refuse(400, 'Send one Host header.').response()),
    { hostname: deps.hostname, errorHandler: () => refuse(400, 'The address or the Host header is malformed.').response() },
  )
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    answering.set(incoming.socket, outgoing)
    return listener(incoming, outgoing)
  }
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.lookEveryMs,
      maxHeaderSize: limits.headerBytesMax,
      // Looked at here, where the refusal is a problem like any other.
      requireHostHeader: false,
    },
    serve,
  )
  server.timeout = limits.silenceMs
  // RFC 9110 §10.1.1: expectations other than 100-continue may be passed over.
  server.on('checkExpectation', serve)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { status, detail } = MALFORMED[error.code ?? ''] ?? NOT_HTTP
    const isMidAnswer = answering.get(socket)?.headersSent === true && answering.get(socket)?.writableFinished === false
    if (isMidAnswer || !socket.writable) socket.destroy()
    else socket.end(refuse(status, detail).text())
  })
  return server
}

interface Refusal {
  status: number
  detail: string
}

const NOT_HTTP: Refusal = { status: 400, detail: 'This is not a well-formed HTTP/1.1 request.' }

/** By the code of Node's error. */
const MALFORMED: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'Address and headers are too large together.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request came too slowly.' },
}

/** RFC 9112 §3.2: one Host, and HTTP/1.0 may leave it out. With several, a proxy and we might each believe another one. */
function hasProperHost({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): boolean {
  const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host').length
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
}

/** `invalid_request` about the message itself: such have a status of their own in HTTP (docs/errors.md). */
function refusal({ clock, random }: ServerDeps, status: number, detail: string) {
  const requestId = makeId('req', clock.nowMs(), random.bytes(10))
  const body = JSON.stringify({ ...new RequestError('invalid_request', detail).problem, status, requestId })
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
  }
  return {
    response: () => new Response(body, { status, headers }),
    text: () => {
      const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) }).map(
        ([name, value]) => `${name}: ${value}`,
      )
      return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
    },
  }
}
