/** Writes a blob to a store that wants to know its name, or all of its bytes, beforehand: small ones at once, large ones in parts. */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { BlobWriter } from '../domain/ports.ts'

/** S3 and R2 take parts from 5 MiB on, all of one size but the last. What is held per writer. */
const PART_BYTES = 8 * 1024 * 1024

/** How a store takes bytes in. */
export interface PartedStore {
  /** Puts a whole blob under its name, at once. */
  put(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Begins an upload that nobody sees before it is finished. */
  begin(): Promise<PartedUpload>
}

export interface PartedUpload {
  /** In order. */
  part(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Makes one blob of the parts, under its name, atomically. */
  finish(sha256: string): Promise<void>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

/** A writer that holds at most one part. After `commit` or `abort` it takes no more; `abort` is then a no-op. */
export function createPartedWriter(store: PartedStore): BlobWriter {
  const hash = createHash('sha256')
  let held: Uint8Array[] = []
  let heldBytes = 0
  let bytes = 0
  let upload: PartedUpload | undefined
  let ended = false

  function end(): void {
    if (ended) throw new Error('the blob writer has ended')
    ended = true
  }

  function takeHeld(): Buffer<ArrayBuffer> {
    const taken = Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    return taken
  }

  return {
    async write(piece) {
      if (ended) throw new Error('the blob writer has ended')
      hash.update(piece)
      bytes += piece.byteLength
      for (let at = 0; at < piece.byteLength; ) {
        // A true copy, which a Buffer's own slice is not: the caller may use its memory again.
        const taken = new Uint8Array(piece.subarray(at, at + PART_BYTES - heldBytes))
        held.push(taken)
        heldBytes += taken.byteLength
        at += taken.byteLength
        if (heldBytes < PART_BYTES) continue
        upload ??= await store.begin()
        await upload.part(takeHeld())
      }
    },

    async commit() {
      end()
      const sha256 = hash.digest('hex')
      if (upload === undefined) await store.put(sha256, takeHeld())
      else await finish(upload, sha256, takeHeld())
      return { sha256, bytes }
    },

    async abort() {
      if (ended) return
      end()
      held = []
      await upload?.abort()
    },
  }
}

async function finish(upload: PartedUpload, sha256: string, rest: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    if (rest.byteLength > 0) await upload.part(rest)
    await upload.finish(sha256)
  } catch (error) {
    await upload.abort()
    throw error
  }
}
