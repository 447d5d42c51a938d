/** Bytes that can be read here and there without being held whole: a buffer, or a blob read by ranges. */
import type { BlobStore } from '../domain/ports.ts'

export interface ByteSource {
  /** In bytes. */
  readonly size: number
  /** The bytes from `at`, `length` of them or as many as there are. */
  read(at: number, length: number): Promise<Uint8Array>
}

/** A run of a source's bytes, or new bytes in place of others: what an edited file is made of. */
export type BytePiece = { at: number; bytes: number } | Uint8Array

/** Size of a piece in bytes. */
export function pieceBytes(piece: BytePiece): number {
  return piece instanceof Uint8Array ? piece.byteLength : piece.bytes
}

/** A source over bytes in memory; nothing is copied. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.byteLength, read: async (at, length) => bytes.subarray(at, at + length) }
}

/** A source over a blob. Throws `BlobMissing` when it is read and not there. */
export function blobSource(blobs: BlobStore, blob: { sha256: string; bytes: number }): ByteSource {
  return {
    size: blob.bytes,
    async read(at, length) {
      const end = Math.min(at + length, blob.bytes)
      if (end <= at) return new Uint8Array()
      const found = new Uint8Array(end - at)
      let filled = 0
      for await (const piece of blobs.read(blob.sha256, { start: at, end: end - 1 })) {
        found.set(piece, filled)
        filled += piece.byteLength
      }
      return found.subarray(0, filled)
    },
  }
}
