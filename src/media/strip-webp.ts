/** WebP without metadata: EXIF, XMP and unknown chunks go, and the header is set right. */
import { type BytePiece, pieceBytes } from './byte-source.ts'
import { writeOrientation } from './exif-orientation.ts'
import { bytesOf, type ImageReader } from './image-reader.ts'
import { RIFF_HEADER_BYTES, readExif, webpChunks } from './webp.ts'

const NEEDED: readonly string[] = ['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']

/** Bits of VP8X's first byte (RFC 9649 §2.7.1.1). */
const HAS_EXIF = 0x08
const HAS_XMP = 0x04

/** The pieces of a WebP to keep. A picture that lies on its side keeps its orientation, in an EXIF chunk that holds nothing else. */
export async function stripWebp(reader: ImageReader): Promise<BytePiece[]> {
  const pieces: BytePiece[] = []
  let extendedHeader: { at: number; bytes: number } | null = null
  let orientation: number | null = null
  for await (const { type, at, bytes } of webpChunks(reader)) {
    if (type === 'VP8X') extendedHeader ??= { at, bytes }
    if (NEEDED.includes(type)) pieces.push({ at, bytes })
    if (type !== 'EXIF' || orientation !== null) continue
    orientation = await readExif(reader, at, bytes)
    if (orientation > 1) pieces.push(exifChunk(orientation))
  }
  if (extendedHeader !== null) pieces.unshift(await fixedHeader(reader, extendedHeader, (orientation ?? 1) > 1))
  return [await riffHeader(reader, pieces), ...pieces]
}

/** The VP8X chunk, saying of EXIF and XMP what is now the case; untouched where that was said before. */
async function fixedHeader(reader: ImageReader, { at, bytes }: { at: number; bytes: number }, hasExif: boolean): Promise<BytePiece> {
  const chunk = bytesOf(await reader.view(at, bytes)).slice()
  const before = chunk[8] ?? 0
  const after = (before & ~(HAS_EXIF | HAS_XMP)) | (hasExif ? HAS_EXIF : 0)
  chunk[8] = after
  return after === before ? { at, bytes } : chunk
}

async function riffHeader(reader: ImageReader, pieces: readonly BytePiece[]): Promise<BytePiece> {
  const head = bytesOf(await reader.view(0, RIFF_HEADER_BYTES)).slice()
  const view = new DataView(head.buffer)
  const size = pieces.reduce((sum, piece) => sum + pieceBytes(piece), 4)
  if (view.getUint32(4, true) === size) return { at: 0, bytes: RIFF_HEADER_BYTES }
  view.setUint32(4, size, true)
  return head
}

function exifChunk(orientation: number): Uint8Array {
  const tiff = writeOrientation(orientation)
  return Uint8Array.from([0x45, 0x58, 0x49, 0x46, tiff.length, 0, 0, 0, ...tiff])
}
