import { crc32 } from 'node:zlib'
import { z } from 'zod'

/**
 * The note every picture carries (JPEG: comment; PNG: tEXt), so that a test can prove that a picture builds on its parent's.
 * Digests are lower-case hex of SHA-256 over the image's bytes as they were sent.
 */
export const lineageSchema = z.object({
  responseId: z.string(),
  /** 1 for a picture out of nothing, one more than the picture it was drawn upon otherwise. */
  turn: z.number(),
  model: z.string(),
  width: z.number(),
  height: z.number(),
  /** The image it was drawn upon. */
  parent: z.string().optional(),
  /** All images of the request, in order. */
  inputs: z.array(z.string()),
})
export type Lineage = z.infer<typeof lineageSchema>

const NOTE = 'pentimento-lineage'
const JPEG_COMMENT = 0xfe
const PNG_SIGNATURE_AND_IHDR_BYTES = 33
const SEGMENT_BYTES_MAX = 65_533

/** Puts the note in front of the picture's data, and padding until it has `bytesMin` bytes. The picture stays valid. */
export function embedLineage(picture: Buffer, input: { lineage: Lineage; mimeType: string; bytesMin: number; padding: Buffer }): Buffer {
  const note = Buffer.from(`${NOTE}\0${JSON.stringify(input.lineage)}`, 'latin1')
  const isJpeg = input.mimeType === 'image/jpeg'
  const at = isJpeg ? 2 : PNG_SIGNATURE_AND_IHDR_BYTES
  const noteBlock = isJpeg ? jpegSegment(JPEG_COMMENT, note) : pngChunk('tEXt', note)
  const lacking = Math.max(0, input.bytesMin - picture.length - noteBlock.length)
  const filler = isJpeg ? jpegFiller(lacking, input.padding) : pngFiller(lacking, input.padding)
  return Buffer.concat([picture.subarray(0, at), noteBlock, ...filler, picture.subarray(at)])
}

/** Reads the note from the first bytes of a picture; `undefined` where there is none. */
export function readLineage(head: Buffer): Lineage | undefined {
  const start = head.indexOf(`${NOTE}\0`)
  if (start === -1) return undefined
  const isJpeg = head[0] === 0xff
  const length = isJpeg ? head.readUInt16BE(start - 2) - 2 : head.readUInt32BE(start - 8)
  return lineageSchema.safeParse(parseJson(head.toString('latin1', start + NOTE.length + 1, start + length))).data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function jpegSegment(marker: number, payload: Buffer): Buffer {
  const header = Buffer.from([0xff, marker, 0, 0])
  header.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([header, payload])
}

function jpegFiller(lacking: number, padding: Buffer): Buffer[] {
  const segments: Buffer[] = []
  for (let rest = lacking; rest > 0; rest -= SEGMENT_BYTES_MAX) {
    segments.push(jpegSegment(JPEG_COMMENT, padding.subarray(0, Math.min(rest, SEGMENT_BYTES_MAX))))
  }
  return segments
}

function pngFiller(lacking: number, padding: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let rest = lacking; rest > 0; rest -= padding.length)
    chunks.push(pngChunk('paDd', padding.subarray(0, Math.min(rest, padding.length))))
  return chunks
}

function pngChunk(type: string, payload: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), payload])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(payload.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
