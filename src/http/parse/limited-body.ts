/** The request's body, piece by piece, never more of it than allowed, nor slower. */
import { RequestError } from '../../domain/problem.ts'
import type { HttpContext } from '../env.ts'

/** A fraction of what the poorest mobile links manage: whoever sends less holds memory that others need. */
const BYTES_PER_MS_MIN = 4
/** Of waiting, before the rate is looked at: links pause. */
const PATIENCE_MS = 30_000

/**
 * The body as it arrives. Throws `payload_too_large` before reading when Content-Length admits to more than `bytesMax`, and
 * as soon as more has come whatever was admitted; `invalid_request` when it keeps us waiting for 30 s and less than 4 KB came a
 * second. A reader that stops early leaves the rest to the server to drain.
 */
export async function* limitedBody(c: HttpContext, bytesMax: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new RequestError('payload_too_large', `The body may have at most ${bytesMax} bytes.`)
  if (Number(c.req.header('Content-Length') ?? 0) > bytesMax) throw tooLarge()
  if (c.req.header('Content-Encoding') !== undefined) {
    throw new RequestError('unsupported_media_type', 'Send the body without a Content-Encoding.')
  }
  const reader = c.req.raw.body?.getReader()
  if (reader === undefined) return
  const { clock } = c.var.services
  let bytes = 0
  // What we do with the bytes meanwhile is not the sender's fault, so only waiting for them counts.
  let waitedMs = 0
  try {
    for (;;) {
      const sinceMs = clock.nowMs()
      const read = await reader.read()
      waitedMs += clock.nowMs() - sinceMs
      if (read.done) return
      bytes += read.value.byteLength
      if (bytes > bytesMax) throw tooLarge()
      if (waitedMs > PATIENCE_MS && bytes < waitedMs * BYTES_PER_MS_MIN) throw tooSlow()
      yield read.value
    }
  } finally {
    // Not cancelled: that would cut the connection before the answer to a refused upload is read.
    reader.releaseLock()
  }
}

function tooSlow(): RequestError {
  return new RequestError('invalid_request', 'The body comes too slowly: less than 4 KB a second.', { retryable: true })
}
