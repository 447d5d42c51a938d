/**
 * Some rows of a signature that arrives. A row fills a page of the table, so that nothing of it goes to TOAST: to store and to read
 * the same as 2 kB chunks cost the server twice the time.
 */
import { Buffer, isAscii } from 'node:buffer'

const ROW_BYTES = 8_000
export const BATCH_ROWS = 20
const BATCH_BYTES = BATCH_ROWS * ROW_BYTES

/** What a batch is stored by: columns in the order of `copyData`. */
export const COPY_BATCH = 'copy signature_pieces (upload, ordinal, bytes, created_at_ms, characters) from stdin (format binary)'

export interface PieceRow {
  ordinal: number
  characters: string
}

export interface SignatureBatch {
  /** For another batch, once this one is stored. */
  memory: Buffer
  /** Takes as much of `bytes` as there is room for, and returns how much that was. */
  take(bytes: Uint8Array): number
  isFull(): boolean
  /** All of it, each byte a character of Latin-1. */
  text(): string
  rows(): PieceRow[]
  /** The rows as COPY takes them in its binary format, in the batch's own memory; null where a character is not ASCII. */
  copyData(createdAtMs: number): Uint8Array | null
}

/** PostgreSQL documentation, "COPY", Binary Format: signature, flags, length of the header extension. */
const HEAD = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
/** In place of a row's count of fields: there are no more. */
const END = Buffer.from([0xff, 0xff])
/** Bytes before those of `upload`, and after them before those of `characters`: counts and lengths, and the three numbers. */
const BEFORE_UPLOAD = 6
const AFTER_UPLOAD = 32

/** An empty batch; its first row is the `firstOrdinal`-th of `upload`. `memory` is that of a batch of the same upload, or new. */
export function createBatch(upload: string, firstOrdinal: number, memory = allocate(upload)): SignatureBatch {
  const prefixBytes = prefixOf(upload)
  let bytes = 0
  const startOf = (row: number) => HEAD.length + row * (prefixBytes + ROW_BYTES) + prefixBytes
  const sizes = () => Array.from({ length: Math.ceil(bytes / ROW_BYTES) }, (_, row) => Math.min(ROW_BYTES, bytes - row * ROW_BYTES))
  const slices = () => sizes().map((size, row) => memory.subarray(startOf(row), startOf(row) + size))

  return {
    memory,

    take(given) {
      let taken = 0
      while (taken < given.byteLength && bytes < BATCH_BYTES) {
        const inRow = bytes % ROW_BYTES
        const part = given.subarray(taken, taken + ROW_BYTES - inRow)
        memory.set(part, startOf((bytes - inRow) / ROW_BYTES) + inRow)
        bytes += part.byteLength
        taken += part.byteLength
      }
      return taken
    },

    isFull: () => bytes === BATCH_BYTES,

    text: () =>
      slices()
        .map((slice) => slice.toString('latin1'))
        .join(''),

    rows: () => slices().map((slice, row) => ({ ordinal: firstOrdinal + row, characters: slice.toString('latin1') })),

    copyData(createdAtMs) {
      if (!slices().every(isAscii)) return null
      HEAD.copy(memory)
      let end = HEAD.length
      for (const [row, size] of sizes().entries()) {
        writePrefix(memory, startOf(row) - prefixBytes, { upload, ordinal: firstOrdinal + row, size, createdAtMs })
        end = startOf(row) + size
      }
      END.copy(memory, end)
      return memory.subarray(0, end + END.length)
    },
  }
}

function prefixOf(upload: string): number {
  return BEFORE_UPLOAD + upload.length + AFTER_UPLOAD
}

function allocate(upload: string): Buffer {
  return Buffer.allocUnsafe(HEAD.length + BATCH_ROWS * (prefixOf(upload) + ROW_BYTES) + END.length)
}

interface Prefix {
  upload: string
  ordinal: number
  size: number
  createdAtMs: number
}

/** A row up to the bytes of its last field: how many fields there are, then each with its length. */
function writePrefix(memory: Buffer, at: number, { upload, ordinal, size, createdAtMs }: Prefix): void {
  let next = memory.writeInt16BE(5, at)
  next = memory.writeInt32BE(upload.length, next)
  next += memory.write(upload, next, 'latin1')
  next = memory.writeInt32BE(4, next)
  next = memory.writeInt32BE(ordinal, next)
  next = memory.writeInt32BE(4, next)
  next = memory.writeInt32BE(size, next)
  next = memory.writeInt32BE(8, next)
  next = memory.writeBigInt64BE(BigInt(createdAtMs), next)
  memory.writeInt32BE(size, next)
}
