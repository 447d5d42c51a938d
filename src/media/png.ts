/** PNG (ISO/IEC 15948): a signature, then chunks of length, type, data and CRC. */
import { readOrientation } from './exif-orientation.ts'
import { bytesOf, fourCharacters, type ImageReader, type PictureSize, UnreadableImage } from './image-reader.ts'

export const PNG_SIGNATURE_BYTES = 8

/** libpng writes 8 KiB a chunk: 6,400 for the largest file taken in. More than this is a file made to waste time. */
const CHUNKS_MAX = 50_000

const IEND_CRC = 0xae426082

/** The orientation stands at the front of what may be a long block. */
const EXIF_BYTES_MAX = 64 * 1024

/** Bit depths each colour type may have (§11.2.1, table 11.1). */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }

export interface PngChunk {
  type: string
  /** Offset of the chunk's length field. */
  at: number
  /** With length, type and CRC. */
  bytes: number
}

/** The chunks up to and including IEND; what follows it is no part of the picture. */
export async function* pngChunks(reader: ImageReader): AsyncGenerator<PngChunk> {
  let at = PNG_SIGNATURE_BYTES
  for (let n = 0; n < CHUNKS_MAX; n++) {
    const head = await reader.view(at, 8)
    const bytes = head.getUint32(0) + 12
    const type = fourCharacters(head, 4)
    if (!/^[A-Za-z]{4}$/.test(type)) throw new UnreadableImage('The PNG has a chunk without a name')
    if (at + bytes > reader.size) throw new UnreadableImage(`The PNG ends in the middle of its ${type} chunk`)
    yield { type, at, bytes }
    if (type === 'IEND') return
    at += bytes
  }
  throw new UnreadableImage('The PNG has too many chunks')
}

/** Reads the header, checks that the file is whole, and finds the orientation. Throws `UnreadableImage`. */
export async function inspectPng(reader: ImageReader): Promise<PictureSize> {
  const size = await readHeader(reader)
  let orientation: number | null = null
  let hasData = false
  for await (const { type, at, bytes } of pngChunks(reader)) {
    if (type === 'eXIf') orientation ??= await readExif(reader, at, bytes)
    if (type !== 'IDAT' || hasData) continue
    hasData = true
    if (await endsWithIend(reader)) break
  }
  if (!hasData) throw new UnreadableImage('The PNG has no image data')
  return { ...size, orientation: orientation ?? 1 }
}

/** The orientation an eXIf chunk tells. */
export async function readExif(reader: ImageReader, at: number, bytes: number): Promise<number> {
  return readOrientation(await reader.view(at + 8, Math.min(bytes - 12, EXIF_BYTES_MAX)))
}

async function readHeader(reader: ImageReader): Promise<{ width: number; height: number }> {
  const head = await reader.view(PNG_SIGNATURE_BYTES, 25)
  if (head.getUint32(0) !== 13 || fourCharacters(head, 4) !== 'IHDR') throw new UnreadableImage('The PNG does not begin with its header')
  if (crc32(bytesOf(head).subarray(4, 21)) !== head.getUint32(21)) throw new UnreadableImage('The header of the PNG is damaged')
  const depths = BIT_DEPTHS[head.getUint8(17)] ?? []
  const [compression, filter, interlace] = [head.getUint8(18), head.getUint8(19), head.getUint8(20)]
  if (!depths.includes(head.getUint8(16)) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw new UnreadableImage('The header of the PNG describes no picture that PNG can hold')
  }
  return { width: head.getUint32(8), height: head.getUint32(12) }
}

/** The usual end. Without it the chunks are followed one by one, since some programs append bytes of their own. */
async function endsWithIend(reader: ImageReader): Promise<boolean> {
  const tail = await reader.view(reader.size - 12, 12)
  return tail.getUint32(0) === 0 && fourCharacters(tail, 4) === 'IEND' && tail.getUint32(8) === IEND_CRC
}

/** CRC-32 of PNG's annex D, as an unsigned number. For a header's few bytes, so bit by bit. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
