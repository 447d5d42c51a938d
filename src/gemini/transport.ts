/** How the adapter speaks HTTP. Node and Workers each have their own; both tell what was sent when something breaks. */

export interface TransportRequest {
  /** Connections are pooled per endpoint. */
  endpointId: string
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  /** Read once, at the pace of the connection. Errors it throws are passed on as they are. */
  body: AsyncIterable<Uint8Array> | string | null
  /** Exact bytes of `body`. */
  contentLength: number
  timeouts: TransportTimeouts
  signal: AbortSignal
}

/** Silence that ends an exchange, in ms. A last resort: the attempt's own timeout is shorter, and not the transport's. */
export interface TransportTimeouts {
  headersMs: number
  bodyMs: number
}

export interface TransportResponse {
  status: number
  /** Lower-case names; of several values of one name, the first. */
  headers: Readonly<Record<string, string>>
  /** Must be read to its end, or left with `break`, which closes the connection. */
  body: AsyncIterable<Uint8Array>
}

/** Redirects are answers like any other, never followed: the key must not travel. Failures are `TransportError`. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>
  close(): Promise<void>
}

/**
 * A connection that failed, or was given up. `sent` is `no` where the upstream provably lacked part of the request and so
 * cannot have carried it out; whoever has all of it may have.
 */
export class TransportError extends Error {
  override name = 'TransportError'
  readonly sent: 'no' | 'unknown'
  /** Such as `ECONNREFUSED`; never an address, a header or a body. */
  readonly code: string
  constructor(sent: 'no' | 'unknown', code: string) {
    super(`the connection failed (${code})`)
    this.sent = sent
    this.code = code
  }
}

/** A request body that knows how much of itself was handed over. */
export interface TrackedBody {
  pieces: AsyncIterable<Uint8Array> | null
  /** `no` until the last piece is handed over; a body that is not complete cannot be carried out. */
  sent(): 'no' | 'unknown'
  /** What the body itself threw: no fault of the connection. */
  fault(): { error: unknown } | null
  /** Ends the body at its next piece: Node's `fetch` reads on after an abort. */
  stop(): void
}

export function trackBody({ body, contentLength }: Pick<TransportRequest, 'body' | 'contentLength'>): TrackedBody {
  let missing = contentLength
  let fault: { error: unknown } | null = null
  let stopped = false
  async function* pieces(source: AsyncIterable<Uint8Array>) {
    try {
      for await (const piece of source) {
        if (stopped) return
        missing -= piece.length
        yield piece
      }
    } catch (error) {
      fault = { error }
      throw error
    }
  }
  const source = typeof body === 'string' ? wholeText(body) : body
  return {
    pieces: source === null ? null : pieces(source),
    sent: () => (missing > 0 ? 'no' : 'unknown'),
    fault: () => fault,
    stop: () => {
      stopped = true
    },
  }
}

/** Ends the body, and says what to throw for a failure: the body's own error, or a `TransportError`. */
export function transportFailure(body: TrackedBody, cause: unknown): unknown {
  body.stop()
  return body.fault()?.error ?? new TransportError(body.sent(), codeOf(cause))
}

/** The code of an error or of its cause; addresses and the like in its message are left behind. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  if ('cause' in error && error.cause !== undefined) return codeOf(error.cause)
  return error instanceof Error ? error.name : 'unknown'
}

async function* wholeText(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}
