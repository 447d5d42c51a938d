/** JPEG (ITU-T T.81): marker segments, and after each start of scan its entropy-coded data up to the next marker. */
import { readOrientation } from './exif-orientation.ts'
import { bytesOf, type ImageReader, type PictureSize, UnreadableImage } from './image-reader.ts'

const SOF_FIRST = 0xc0
const SOF_LAST = 0xcf
const EOI = 0xd9
export const SOS = 0xda
export const APP0 = 0xe0
export const APP1 = 0xe1

/** In the range of the frame headers, but tables and extensions (T.81, table B.1). */
const NOT_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc]

/** Segments a file may have: a progressive picture has some dozens, a large profile 255. More is a file made to waste time. */
const SEGMENTS_MAX = 2_000

const TAIL_BYTES = 64 * 1024

export interface JpegSegment {
  /** Second byte of the marker; null for entropy-coded data. */
  marker: number | null
  at: number
  /** With marker and length field. */
  bytes: number
}

/** The segments after SOI, up to and including EOI; what follows it is no part of the picture. */
export async function* jpegSegments(reader: ImageReader): AsyncGenerator<JpegSegment> {
  let at = 2
  for (let n = 0; n < SEGMENTS_MAX; n++) {
    const head = await reader.some(at, 2)
    if (head[0] !== 0xff) throw new UnreadableImage('The JPEG has bytes where a marker should be')
    const marker = head[1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    const bytes = marker === EOI ? 2 : 2 + (await readLength(reader, at + 2))
    if (at + bytes > reader.size) throw new UnreadableImage('The JPEG ends in the middle of a segment')
    yield { marker, at, bytes }
    if (marker === EOI) return
    at += bytes
    if (marker !== SOS) continue
    const end = await endOfScan(reader, at)
    yield { marker: null, at, bytes: end - at }
    at = end
  }
  throw new UnreadableImage('The JPEG has too many segments')
}

/** Reads the frame header, checks that the file is whole, and finds the orientation. Throws `UnreadableImage`. */
export async function inspectJpeg(reader: ImageReader): Promise<PictureSize> {
  let size: { width: number; height: number } | null = null
  let orientation: number | null = null
  for await (const { marker, at, bytes } of jpegSegments(reader)) {
    if (marker === null || marker === EOI) continue
    if (marker === APP1) orientation ??= await readExif(reader, at, bytes)
    if (marker >= SOF_FIRST && marker <= SOF_LAST && !NOT_FRAMES.includes(marker)) size ??= await readFrame(reader, at, bytes)
    if (marker === SOS && size === null) throw new UnreadableImage('The JPEG has a scan but no frame header')
    if (marker === SOS && (await endsAfter(reader, at + bytes))) break
  }
  if (size === null) throw new UnreadableImage('The JPEG has no frame header')
  return { ...size, orientation: orientation ?? 1 }
}

/** The orientation of an EXIF segment; null when the APP1 segment is of another kind, as XMP is. */
export async function readExif(reader: ImageReader, at: number, bytes: number): Promise<number | null> {
  if (bytes < 10) return null
  const segment = await reader.view(at, bytes)
  const isExif = segment.getUint32(4) === 0x45786966 && segment.getUint16(8) === 0
  return isExif ? readOrientation(new DataView(segment.buffer, segment.byteOffset + 10, bytes - 10)) : null
}

async function readLength(reader: ImageReader, at: number): Promise<number> {
  const length = (await reader.view(at, 2)).getUint16(0)
  if (length < 2) throw new UnreadableImage('The JPEG has a segment of impossible length')
  return length
}

async function readFrame(reader: ImageReader, at: number, bytes: number): Promise<{ width: number; height: number }> {
  if (bytes < 10) throw new UnreadableImage('The frame header of the JPEG is too short')
  const frame = await reader.view(at, 10)
  const components = frame.getUint8(9)
  if (components < 1 || components > 4 || bytes !== 10 + 3 * components)
    throw new UnreadableImage('The frame header of the JPEG is damaged')
  return { height: frame.getUint16(5), width: frame.getUint16(7) }
}

/** Whether EOI stands near the end. Entropy-coded data never holds the bytes FF D9, so from a scan on it can be nothing else. */
async function endsAfter(reader: ImageReader, scanAt: number): Promise<boolean> {
  const from = Math.max(scanAt, reader.size - TAIL_BYTES)
  const tail = bytesOf(await reader.view(from, reader.size - from))
  for (let at = tail.lastIndexOf(0xff); at >= 0; at = at > 0 ? tail.lastIndexOf(0xff, at - 1) : -1) if (tail[at + 1] === EOI) return true
  return false
}

/** Where the entropy-coded data from `start` ends: at the first marker that is neither a stuffed byte nor a restart. */
async function endOfScan(reader: ImageReader, start: number): Promise<number> {
  for (let at = start; ; ) {
    const bytes = await reader.some(at, 2)
    for (let found = bytes.indexOf(0xff); found >= 0 && found + 1 < bytes.length; found = bytes.indexOf(0xff, found + 1)) {
      const next = bytes[found + 1] ?? 0
      if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at + found
    }
    at += Math.max(1, bytes.length - 1)
  }
}
