/** Measures a request and streams it out. Nothing here holds a whole image, a whole signature or a whole body. */
import { Buffer } from 'node:buffer'
import type { ModelRequest } from '../domain/model-call.ts'
import { type HoleContent, holeCharacters } from '../domain/part-text.ts'
import type { BlobStore, SignatureStore } from '../domain/ports.ts'
import { encodeBase64 } from './base64.ts'
import { requestSegments } from './request-segments.ts'

/** Literal JSON is gathered up to this many UTF-16 units before it is passed on. */
const LITERAL_UNITS_MAX = 64 * 1024

export interface RequestSize {
  /** Exact length of the body. */
  bytes: number
  /** Images inside the body, and the characters they take there. */
  images: number
  imageCharacters: number
  signatures: number
  signatureCharacters: number
  /** References to files held upstream. */
  files: number
}

/** What a request weighs, known from the sizes on record, without reading a blob. */
export function measureRequest(request: ModelRequest): RequestSize {
  const size: RequestSize = { bytes: 0, images: 0, imageCharacters: 0, signatures: 0, signatureCharacters: 0, files: 0 }
  for (const segment of requestSegments(request)) {
    const characters = typeof segment === 'string' ? Buffer.byteLength(segment) : holeCharacters(segment)
    size.bytes += characters
    if (typeof segment === 'string') continue
    if (segment.holds === 'image') {
      size.images += 1
      size.imageCharacters += characters
    } else {
      size.signatures += 1
      size.signatureCharacters += characters
    }
  }
  for (const content of request.contents) size.files += content.parts.filter((part) => part.kind === 'file').length
  return size
}

/**
 * The body in pieces, as long as `measureRequest` says to the byte. It can be read once: each attempt takes a new one.
 * Throws `BlobMissing` where a blob is gone, and `StoredLengthMismatch` where one is not as long as its row says.
 */
export async function* requestBody(request: ModelRequest, blobs: BlobStore, signatures: SignatureStore): AsyncGenerator<Uint8Array> {
  let literal = ''
  for (const segment of requestSegments(request)) {
    if (typeof segment === 'string') literal += segment
    if (literal.length > 0 && (typeof segment !== 'string' || literal.length >= LITERAL_UNITS_MAX)) {
      yield Buffer.from(literal)
      literal = ''
    }
    if (typeof segment !== 'string') yield* fillHole(segment, blobs, signatures)
  }
  yield Buffer.from(literal)
}

async function* fillHole(hole: HoleContent, blobs: BlobStore, signatures: SignatureStore): AsyncGenerator<Uint8Array> {
  const characters =
    hole.holds === 'image' ? encodeBase64(blobs.read(hole.sha256), hole.alphabet, hole.padded) : signatures.read(hole.sha256)
  let missing = holeCharacters(hole)
  for await (const piece of characters) {
    missing -= piece.length
    if (missing < 0) break
    yield piece
  }
  if (missing !== 0) throw new StoredLengthMismatch(hole)
}

/** A stored blob or signature is longer or shorter than its row says; sending it would break the body. */
export class StoredLengthMismatch extends Error {
  override name = 'StoredLengthMismatch'
  constructor(hole: HoleContent) {
    super(`${hole.holds} ${hole.sha256} is not ${hole.bytes} bytes long`)
  }
}
