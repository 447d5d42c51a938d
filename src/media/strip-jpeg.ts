/** JPEG without metadata: application segments and comments go, but for the few that decoders need. */
import type { BytePiece } from './byte-source.ts'
import { writeOrientation } from './exif-orientation.ts'
import { type ImageReader, latin1 } from './image-reader.ts'
import { APP1, jpegSegments, readExif } from './jpeg.ts'

const APP_FIRST = 0xe0
const APP_LAST = 0xef
const COM = 0xfe

/** Segments that change how the pixels are understood: pixel aspect, colour profile, colour transform. */
const NEEDED: readonly { marker: number; start: string }[] = [
  { marker: 0xe0, start: 'JFIF\0' },
  { marker: 0xe2, start: 'ICC_PROFILE\0' },
  { marker: 0xee, start: 'Adobe' },
]

/** The pieces of a JPEG to keep. A picture that lies on its side keeps its orientation, in an EXIF segment that holds nothing else. */
export async function stripJpeg(reader: ImageReader): Promise<BytePiece[]> {
  const pieces: BytePiece[] = [{ at: 0, bytes: 2 }]
  let orientation: number | null = null
  for await (const { marker, at, bytes } of jpegSegments(reader)) {
    if (await isKept(reader, marker, at, bytes)) pieces.push({ at, bytes })
    if (marker !== APP1 || orientation !== null) continue
    orientation = await readExif(reader, at, bytes)
    if (orientation !== null && orientation > 1) pieces.push(exifSegment(orientation))
  }
  return pieces
}

async function isKept(reader: ImageReader, marker: number | null, at: number, bytes: number): Promise<boolean> {
  if (marker === null) return true
  if (marker === COM) return false
  if (marker < APP_FIRST || marker > APP_LAST) return true
  const start = latin1(await reader.view(at + 4, Math.min(bytes - 4, 12)))
  return NEEDED.some((needed) => needed.marker === marker && start.startsWith(needed.start))
}

function exifSegment(orientation: number): Uint8Array {
  const tiff = writeOrientation(orientation)
  return Uint8Array.from([0xff, APP1, 0, 8 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff])
}
