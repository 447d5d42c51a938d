/** PNG without metadata: only chunks that change how the pixels look stay. */
import type { BytePiece } from './byte-source.ts'
import { writeOrientation } from './exif-orientation.ts'
import type { ImageReader } from './image-reader.ts'
import { crc32, PNG_SIGNATURE_BYTES, pngChunks, readExif } from './png.ts'

/** Ancillary chunks about colour, transparency, pixel aspect and animation (PNG 3rd edition §11.3); unlisted ones are dropped. */
const NEEDED: readonly string[] = [
  ...['tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'mDCV', 'cLLI'],
  ...['sBIT', 'bKGD', 'hIST', 'sPLT', 'pHYs', 'acTL', 'fcTL', 'fdAT'],
]

/** The pieces of a PNG to keep. A picture that lies on its side keeps its orientation, in an eXIf chunk that holds nothing else. */
export async function stripPng(reader: ImageReader): Promise<BytePiece[]> {
  const pieces: BytePiece[] = [{ at: 0, bytes: PNG_SIGNATURE_BYTES }]
  let orientation: number | null = null
  for await (const { type, at, bytes } of pngChunks(reader)) {
    if (isCritical(type) || NEEDED.includes(type)) pieces.push({ at, bytes })
    if (type !== 'eXIf' || orientation !== null) continue
    orientation = await readExif(reader, at, bytes)
    if (orientation > 1) pieces.push(exifChunk(orientation))
  }
  return pieces
}

/** Upper case in the first letter: no decoder may pass it over (§5.4). */
function isCritical(type: string): boolean {
  return type.charAt(0) < 'a'
}

function exifChunk(orientation: number): Uint8Array {
  const tiff = writeOrientation(orientation)
  const chunk = new Uint8Array(12 + tiff.length)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, tiff.length)
  view.setUint32(4, 0x65584966)
  chunk.set(tiff, 8)
  view.setUint32(8 + tiff.length, crc32(chunk.subarray(4, 8 + tiff.length)))
  return chunk
}
