/** Picture files for tests, made by sharp, and pieces to put into them. */
import sharp, { type Sharp } from 'sharp'
import { crc32 } from '../../src/media/png.ts'

export type SharpFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'gif'

/** A picture whose pixels all differ, so that any change to one shows. */
export function picture(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let n = 0; n < pixels.length; n++) pixels[n] = (n * 2654435761) >>> 24
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

export function encode(format: SharpFormat, width: number, height: number, orientation?: number): Promise<Buffer> {
  const made = picture(width, height).toFormat(format)
  return (orientation === undefined ? made : made.withMetadata({ orientation })).toBuffer()
}

/** A PNG of which only the header is true; for sizes that nobody wants to encode. */
export function pngHeaderOf(width: number, height: number): Buffer {
  const ihdr = Buffer.alloc(13)
  ihdr.writeUInt32BE(width, 0)
  ihdr.writeUInt32BE(height, 4)
  ihdr.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', ihdr),
    pngChunk('IDAT', Buffer.alloc(4)),
    pngChunk('IEND'),
  ])
}

export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(named.length + 8)
  chunk.writeUInt32BE(data.length)
  chunk.set(named, 4)
  chunk.writeUInt32BE(crc32(named), named.length + 4)
  return chunk
}

/** A JPEG segment with its marker and length. */
export function jpegSegment(marker: number, data: Uint8Array): Buffer {
  const segment = Buffer.alloc(4 + data.length)
  segment.set([0xff, marker])
  segment.writeUInt16BE(data.length + 2, 2)
  segment.set(data, 4)
  return segment
}

export function riffChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(8 + data.length + (data.length % 2))
  chunk.write(type, 'latin1')
  chunk.writeUInt32LE(data.length, 4)
  chunk.set(data, 8)
  return chunk
}

/** `insert` put into `file` at `at`. */
export function spliced(file: Uint8Array, at: number, insert: Uint8Array): Buffer {
  return Buffer.concat([file.subarray(0, at), insert, file.subarray(at)])
}
