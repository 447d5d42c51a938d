import { createHash } from 'node:crypto'

/** What is kept of a long run of bytes: enough to verify it, and the bytes themselves only where a picture is drawn from them. */
export type BinaryValue = {
  byteLength: number
  /** Lower-case hex; empty under `validation: 'fast'`. */
  sha256: string
  /** The first bytes, up to 4 KiB: magic number, dimensions, our own lineage note. */
  head: Buffer
  /** The last bytes, up to 16: end markers. */
  tail: Buffer
  /** Absent where the sink was told not to keep them. */
  bytes?: Buffer
}

export type ByteSink = { write(piece: Buffer): void; end(): BinaryValue; readonly byteLength: number }

export const HEAD_BYTES = 4096
const TAIL_BYTES = 16

/** Takes bytes as they come and remembers a digest, both ends and, if `keep`, all of them. */
export function createByteSink({ keep }: { keep: boolean }): ByteSink {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let byteLength = 0
  return {
    get byteLength() {
      return byteLength
    },
    write(piece) {
      hash.update(piece)
      byteLength += piece.length
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)])
      tail = Buffer.concat([tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
      if (keep) kept.push(piece)
    },
    end: () => ({ byteLength, sha256: hash.digest('hex'), head, tail, ...(keep ? { bytes: Buffer.concat(kept) } : {}) }),
  }
}

/** The same for bytes that are at hand. */
export function binaryValueOf(bytes: Buffer): BinaryValue {
  const sink = createByteSink({ keep: true })
  sink.write(bytes)
  return sink.end()
}
