import { IMAGE_BYTES_MAX } from '../domain/media.ts'
import type { ImageBlob } from '../domain/part.ts'
import { RequestError } from '../domain/problem.ts'
import type { Verb } from './context.ts'
import { sha256Of } from './digest.ts'

/**
 * What storing an image would make of it: judged and digested in memory, and kept nowhere. Throws what `storeMedia` throws
 * for an image that is not taken.
 */
export const previewImage: Verb<{ bytes: AsyncIterable<Uint8Array> }, ImageBlob> = async ({ ctx, input }) => {
  const bytes = await gather(input.bytes)
  const verdict = await ctx.inspector.inspectBytes(bytes)
  if (!verdict.ok) throw new RequestError(verdict.refusal.code, verdict.refusal.detail)
  return { sha256: await sha256Of(bytes), bytes: bytes.byteLength, mimeType: verdict.image.mimeType }
}

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const held: Uint8Array<ArrayBuffer>[] = []
  let total = 0
  for await (const piece of pieces) {
    total += piece.byteLength
    if (total > IMAGE_BYTES_MAX) {
      throw new RequestError('payload_too_large', `The image is larger than ${IMAGE_BYTES_MAX} bytes, the most that is taken.`)
    }
    held.push(new Uint8Array(piece))
  }
  const bytes = new Uint8Array(total)
  let filled = 0
  for (const piece of held) {
    bytes.set(piece, filled)
    filled += piece.byteLength
  }
  return bytes
}
