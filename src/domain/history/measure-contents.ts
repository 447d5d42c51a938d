/** What contents weigh, known from the sizes on record, without reading a byte of media. */
import type { RequestContent, RequestPart } from '../model-call.ts'
import type { Hole } from '../part.ts'
import { base64Characters, holeCharacters } from '../part-text.ts'

export interface ContentsSize {
  /** Of the `contents` array as compact JSON, in UTF-8. */
  bytes: number
  images: number
  /** An estimate: see `measureContents`. */
  tokens: number
  /** Characters of thought signatures, which are within `bytes`. */
  signatureBytes: number
}

export interface MeasureOptions {
  /** `ModelEntry.inputImageTokens`. */
  imageTokens: number
  /** Count an inline picture as the reference to a file it is going to be. */
  picturesAsFiles?: boolean | undefined
}

/** Bytes of a `fileData` part with the longest URI the Files API gives (wire-facts §3.2), with room to spare. */
const FILE_PART_BYTES = 200

/** UTF-8 bytes of text per token: 4 characters of English; of Chinese 3 bytes each, so that these are not underrated. */
const TEXT_BYTES_PER_TOKEN = 4

/**
 * Exact in bytes (unless pictures are counted as files), images and signatures. Tokens are planned, not known: the
 * model's figure for each picture, text by its UTF-8 length; signatures are not charged (wire-facts §1.3).
 */
export function measureContents(contents: readonly RequestContent[], options: MeasureOptions): ContentsSize {
  const frames = contents.map(({ role, parts }) => bytesAlone(jsonBytes({ role, parts: [] }) + commas(parts.length)))
  const parts = contents.flatMap((content) => content.parts.map((part) => measurePart(part, options)))
  return [...frames, ...parts].reduce(add, bytesAlone('[]'.length + commas(contents.length)))
}

function measurePart(part: RequestPart, options: MeasureOptions): ContentsSize {
  switch (part.kind) {
    case 'text':
      return measureText(jsonBytes({ text: part.text }))
    case 'file':
      return measureImage(jsonBytes({ fileData: { mimeType: part.mimeType, fileUri: part.uri } }), options)
    case 'inline': {
      const { mimeType, bytes } = part.image
      if (options.picturesAsFiles) return measureImage(FILE_PART_BYTES, options)
      return measureImage(jsonBytes({ inlineData: { mimeType, data: '' } }) + base64Characters(bytes), options)
    }
    case 'raw':
      return part.holes.map((hole) => measureHole(hole, options)).reduce(add, measureText(utf8Bytes(part.raw)))
  }
}

function measureHole(hole: Hole, options: MeasureOptions): ContentsSize {
  const bytes = holeCharacters(hole)
  return hole.holds === 'image' ? measureImage(bytes, options) : { ...bytesAlone(bytes), signatureBytes: bytes }
}

function measureImage(bytes: number, { imageTokens }: MeasureOptions): ContentsSize {
  return { bytes, images: 1, tokens: imageTokens, signatureBytes: 0 }
}

function measureText(bytes: number): ContentsSize {
  return { ...bytesAlone(bytes), tokens: Math.ceil(bytes / TEXT_BYTES_PER_TOKEN) }
}

function bytesAlone(bytes: number): ContentsSize {
  return { bytes, images: 0, tokens: 0, signatureBytes: 0 }
}

function add(a: ContentsSize, b: ContentsSize): ContentsSize {
  return {
    bytes: a.bytes + b.bytes,
    images: a.images + b.images,
    tokens: a.tokens + b.tokens,
    signatureBytes: a.signatureBytes + b.signatureBytes,
  }
}

function commas(items: number): number {
  return Math.max(0, items - 1)
}

function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value))
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}
