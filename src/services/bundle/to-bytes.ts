/** Text with stored content in it, turned into bytes as they are asked for: no image and no signature is ever held whole. */
import { encodeBase64 } from '../../domain/bundle/base64.ts'
import { escapeAscii } from '../../domain/bundle/json-text.ts'
import type { Piece } from '../../domain/bundle/piece.ts'
import type { ServiceContext } from '../context.ts'

/** Text is gathered up to this many UTF-16 units before it is passed on. */
const TEXT_UNITS_MAX = 64 * 1024

export async function* toBytes(ctx: ServiceContext, pieces: AsyncIterable<Piece> | Iterable<Piece>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = ''
  for await (const piece of pieces) {
    if (typeof piece === 'string') text += piece
    if (text.length > 0 && (typeof piece !== 'string' || text.length >= TEXT_UNITS_MAX)) {
      yield encoder.encode(text)
      text = ''
    }
    if (typeof piece !== 'string') yield* stored(ctx, piece)
  }
  if (text.length > 0) yield encoder.encode(text)
}

async function* stored(ctx: ServiceContext, piece: Exclude<Piece, string>): AsyncGenerator<Uint8Array> {
  switch (piece.holds) {
    case 'image':
      yield* encodeBase64(ctx.blobs.read(piece.sha256), piece.alphabet, piece.padded)
      break
    case 'signature':
      yield* ctx.signatures.read(piece.sha256)
      break
    case 'escaped signature':
      for await (const characters of ctx.signatures.read(piece.sha256)) yield escapeAscii(characters)
  }
}
