/** The bytes of a web stream in pieces of bounded size. */

const PIECE_BYTES_MAX = 256 * 1024

/** Pieces of at most 256 KiB and `bytesMax` bytes in all, nothing copied. Whoever stops early cancels the stream. */
export async function* streamPieces(stream: ReadableStream<Uint8Array>, bytesMax = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  let left = bytesMax
  for await (const chunk of stream) {
    const wanted = chunk.subarray(0, left)
    for (let at = 0; at < wanted.byteLength; at += PIECE_BYTES_MAX) yield wanted.subarray(at, at + PIECE_BYTES_MAX)
    left -= wanted.byteLength
    if (left === 0) return
  }
}
