/**
 * Takes out of a picture what tells of its maker: place, time, camera, comments, edits. Pixels, colour profile and
 * orientation stay, byte for byte, and nothing is encoded anew; so the same picture always becomes the same bytes.
 */
import { type BytePiece, type ByteSource, pieceBytes } from './byte-source.ts'
import { createImageReader, type ImageReader } from './image-reader.ts'
import { stripJpeg } from './strip-jpeg.ts'
import { stripPng } from './strip-png.ts'
import { stripWebp } from './strip-webp.ts'

export interface StrippedImage {
  /** False when there was nothing to take out: the original is as good. */
  changed: boolean
  /** Size of what is left. */
  bytes: number
  pieces: readonly BytePiece[]
}

const STRIPPERS = {
  'image/png': stripPng,
  'image/jpeg': stripJpeg,
  'image/webp': stripWebp,
} satisfies Record<string, (reader: ImageReader) => Promise<BytePiece[]>>

export type StrippableType = keyof typeof STRIPPERS

/** HEIC and HEIF are not among them: what leaves for a third party is the JPEG made from them, which carries no metadata. */
export function isStrippable(mimeType: string): mimeType is StrippableType {
  return Object.hasOwn(STRIPPERS, mimeType)
}

/** Plans the stripped picture without holding it. Throws `UnreadableImage` for a file that `inspectImage` would refuse. */
export async function stripMetadata(source: ByteSource, mimeType: StrippableType): Promise<StrippedImage> {
  const pieces = joinRuns(await STRIPPERS[mimeType](createImageReader(source)))
  const bytes = pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0)
  return { changed: pieces.length > 1 || bytes < source.size, bytes, pieces }
}

/** The bytes of the stripped picture, in pieces of at most 256 KiB. */
export async function* strippedBytes(source: ByteSource, image: StrippedImage): AsyncGenerator<Uint8Array> {
  const most = 256 * 1024
  for (const piece of image.pieces) {
    if (piece instanceof Uint8Array) yield piece
    else for (let at = 0; at < piece.bytes; at += most) yield await source.read(piece.at + at, Math.min(most, piece.bytes - at))
  }
}

function joinRuns(pieces: readonly BytePiece[]): BytePiece[] {
  const joined: BytePiece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const continues = last && !(last instanceof Uint8Array) && !(piece instanceof Uint8Array) && last.at + last.bytes === piece.at
    if (continues) joined[joined.length - 1] = { at: last.at, bytes: last.bytes + piece.bytes }
    else joined.push(piece)
  }
  return joined
}
