/** The transport of Workers: `fetch`. It cannot tell a connection that was refused from one that broke, only what it handed over. */
import { type TrackedBody, type Transport, type TransportRequest, trackBody, transportFailure } from '../gemini/transport.ts'

/** Cloudflare's: gives a streamed body a length, where `fetch` alone would send it chunked. */
type FixedLength = new (length: number) => TransformStream<Uint8Array, Uint8Array>

export interface FetchTransportOptions {
  fetch: typeof fetch
  /** `globalThis.FixedLengthStream` where there is one. */
  FixedLengthStream?: FixedLength | undefined
}

/** Timeouts are the platform's and the signal's: `fetch` has none of its own. */
export function createFetchTransport({ fetch: send, FixedLengthStream }: FetchTransportOptions): Transport {
  return {
    async request(request) {
      const body = trackBody(request)
      try {
        const response = await send(request.url, requestInit(request, body, FixedLengthStream))
        return { status: response.status, headers: Object.fromEntries(response.headers), body: answerPieces(response, body) }
      } catch (error) {
        throw transportFailure(body, error)
      }
    },
    async close() {},
  }
}

function requestInit(request: TransportRequest, body: TrackedBody, FixedLengthStream?: FixedLength): RequestInit {
  const { method, headers, signal } = request
  const init: RequestInit = { method, headers: { ...headers }, signal, redirect: 'manual' }
  if (body.pieces === null) return init
  const pieces = streamOf(body.pieces)
  const stream = FixedLengthStream ? pieces.pipeThrough(new FixedLengthStream(request.contentLength)) : pieces
  // Node's `fetch` wants `duplex` for a streamed body; types of the DOM do not know it.
  return Object.assign(init, { body: stream, duplex: 'half' })
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(new Uint8Array(next.value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

async function* answerPieces(response: Response, body: TrackedBody): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  try {
    yield* response.body
  } catch (error) {
    throw transportFailure(body, error)
  }
}
