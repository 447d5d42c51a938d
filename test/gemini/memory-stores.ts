/** Stores and a sink in memory. They take real digests, since the adapter's answers name what they stored by them. */
import { createHash } from 'node:crypto'
import type { ReceivedPart } from '../../src/domain/part.ts'
import { type AnswerSink, BlobMissing, type BlobStore, type BlobWriter, type SignatureStore } from '../../src/domain/ports.ts'

export interface MemoryStores {
  blobs: BlobStore
  signatures: SignatureStore
  /** Stores and names an image, or the characters of a signature. */
  put(bytes: Uint8Array): string
  putSignature(characters: Uint8Array): string
  images: Map<string, Buffer>
  marks: Map<string, Buffer>
}

/** @param pieceBytes length of the pieces that `read` gives. */
export function createMemoryStores(pieceBytes = 1000): MemoryStores {
  const images = new Map<string, Buffer>()
  const marks = new Map<string, Buffer>()
  const putInto = (target: Map<string, Buffer>) => (bytes: Uint8Array) => {
    const sha256 = digest(bytes)
    target.set(sha256, Buffer.from(bytes))
    return sha256
  }
  return {
    images,
    marks,
    put: putInto(images),
    putSignature: putInto(marks),
    signatures: { open: async () => memoryWriter(marks), read: (sha256) => pieces(marks, sha256, pieceBytes) },
    blobs: {
      open: async () => memoryWriter(images),
      read: (sha256, range) => pieces(images, sha256, pieceBytes, range),
      size: async (sha256) => images.get(sha256)?.length ?? null,
      remove: async (sha256) => images.delete(sha256),
      async *list() {
        for (const [sha256, { length }] of images) yield { sha256, bytes: length, writtenAtMs: 0 }
      },
    },
  }
}

export interface MemorySink extends AnswerSink {
  parts: ReceivedPart[]
  /** Writers opened, and those committed or aborted. */
  opened: number
  closed: number
}

export function createMemorySink(stores: MemoryStores): MemorySink {
  const open = (target: Map<string, Buffer>) => async () => {
    sink.opened += 1
    return memoryWriter(target, () => {
      sink.closed += 1
    })
  }
  const sink: MemorySink = {
    parts: [],
    opened: 0,
    closed: 0,
    openImage: open(stores.images),
    openSignature: open(stores.marks),
    part: async (part) => {
      sink.parts.push(part)
    },
  }
  return sink
}

function memoryWriter(target: Map<string, Buffer>, onClose = () => {}): BlobWriter {
  const written: Buffer[] = []
  return {
    write: async (bytes) => {
      written.push(Buffer.from(bytes))
    },
    commit: async () => {
      const bytes = Buffer.concat(written)
      const sha256 = digest(bytes)
      target.set(sha256, bytes)
      onClose()
      return { sha256, bytes: bytes.length }
    },
    abort: async () => onClose(),
  }
}

async function* pieces(from: Map<string, Buffer>, sha256: string, pieceBytes: number, range?: { start: number; end: number }) {
  const all = from.get(sha256)
  if (all === undefined) throw new BlobMissing(sha256)
  const bytes = range ? all.subarray(range.start, range.end + 1) : all
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
