/** The request's body, piece by piece, never more of it than allowed. */
import { RequestError } from '../../domain/problem.ts'
import type { HttpContext } from '../env.ts'

/**
 * The body as it arrives. Throws `payload_too_large` before reading when Content-Length admits to more than `bytesMax`, and
 * as soon as more has come whatever was admitted. A reader that stops early leaves the rest to the server to drain.
 */
export async function* limitedBody(c: HttpContext, bytesMax: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () => new RequestError('payload_too_large', `The body may have at most ${bytesMax} bytes.`)
  if (Number(c.req.header('Content-Length') ?? 0) > bytesMax) throw tooLarge()
  if (c.req.header('Content-Encoding') !== undefined) {
    throw new RequestError('unsupported_media_type', 'Send the body without a Content-Encoding.')
  }
  const reader = c.req.raw.body?.getReader()
  if (reader === undefined) return
  let bytes = 0
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes += read.value.byteLength
      if (bytes > bytesMax) throw tooLarge()
      yield read.value
    }
  } finally {
    // Not cancelled: that would cut the connection before the answer to a refused upload is read.
    reader.releaseLock()
  }
}
