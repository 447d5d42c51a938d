/** WebP (RFC 9649): a RIFF file of chunks; the first says which of three kinds it is. */
import { readOrientation } from './exif-orientation.ts'
import { fourCharacters, type ImageReader, type PictureSize, UnreadableImage } from './image-reader.ts'

export const RIFF_HEADER_BYTES = 12

/** An animation has some chunks a frame. More than this is a file made to waste time. */
const CHUNKS_MAX = 20_000

const EXIF_BYTES_MAX = 64 * 1024

export interface WebpChunk {
  type: string
  at: number
  /** With type, length and padding. */
  bytes: number
}

/** The chunks within the RIFF file; what follows its end is no part of the picture. */
export async function* webpChunks(reader: ImageReader): AsyncGenerator<WebpChunk> {
  const end = 8 + (await reader.view(4, 4)).getUint32(0, true)
  if (end > reader.size) throw new UnreadableImage('The WebP is shorter than its header says')
  let at = RIFF_HEADER_BYTES
  for (let n = 0; n < CHUNKS_MAX && at < end; n++) {
    if (at + 8 > end) throw new UnreadableImage('The WebP ends in the middle of a chunk')
    const head = await reader.view(at, 8)
    const length = head.getUint32(4, true)
    const type = fourCharacters(head, 0)
    if (at + 8 + length > end) throw new UnreadableImage('The WebP has a chunk that is longer than the file')
    if (type === 'VP8X' && length !== 10) throw new UnreadableImage('The WebP has a header of impossible length')
    const bytes = Math.min(8 + length + (length % 2), end - at)
    yield { type, at, bytes }
    at += bytes
  }
  if (at < end) throw new UnreadableImage('The WebP has too many chunks')
}

type SizeReader = (head: DataView) => { width: number; height: number }

/** How each kind of first chunk tells the size, from its first ten bytes of data (RFC 9649 §2.5 to §2.7). */
const SIZE_READERS: Readonly<Record<string, SizeReader>> = {
  'VP8 ': readLossySize,
  VP8L: readLosslessSize,
  VP8X: (head) => ({ width: 1 + uint24(head, 4), height: 1 + uint24(head, 7) }),
}

/** Reads the header, checks that the file is whole, and finds the orientation. Throws `UnreadableImage`. */
export async function inspectWebp(reader: ImageReader): Promise<PictureSize> {
  const first = await reader.view(RIFF_HEADER_BYTES, 18)
  const readSize = SIZE_READERS[fourCharacters(first, 0)]
  if (readSize === undefined) throw new UnreadableImage('The WebP does not begin with an image')
  const size = readSize(new DataView(first.buffer, first.byteOffset + 8, 10))
  let orientation: number | null = null
  let hasData = false
  for await (const { type, at, bytes } of webpChunks(reader)) {
    hasData ||= type === 'VP8 ' || type === 'VP8L' || type === 'ANMF'
    if (type === 'EXIF') orientation ??= await readExif(reader, at, bytes)
  }
  if (!hasData) throw new UnreadableImage('The WebP has no image data')
  return { ...size, orientation: orientation ?? 1 }
}

/** The orientation an EXIF chunk tells; some programs put JPEG's `Exif\0\0` before the TIFF block. */
export async function readExif(reader: ImageReader, at: number, bytes: number): Promise<number> {
  const data = await reader.view(at + 8, Math.min(bytes - 8, EXIF_BYTES_MAX))
  const skip = data.byteLength >= 6 && fourCharacters(data, 0) === 'Exif' ? 6 : 0
  return readOrientation(new DataView(data.buffer, data.byteOffset + skip, data.byteLength - skip))
}

function readLossySize(head: DataView): { width: number; height: number } {
  const isKeyFrame = (head.getUint8(0) & 1) === 0
  if (!isKeyFrame || head.getUint16(3) !== 0x9d01 || head.getUint8(5) !== 0x2a)
    throw new UnreadableImage('The VP8 frame of the WebP is damaged')
  return { width: head.getUint16(6, true) & 0x3fff, height: head.getUint16(8, true) & 0x3fff }
}

function readLosslessSize(head: DataView): { width: number; height: number } {
  const bits = head.getUint32(1, true)
  if (head.getUint8(0) !== 0x2f || bits >>> 29 !== 0) throw new UnreadableImage('The VP8L header of the WebP is damaged')
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
}
