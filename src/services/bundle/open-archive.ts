/**
 * An uploaded zip, put down so that it can be read from its end. Random bytes go in front, so that the blob is this import's
 * own: another import of the same file, finished first, cannot take it away.
 */
import type { ServiceContext } from '../context.ts'
import { removeBlobIfUnnamed } from '../remove-blob.ts'
import type { ByteReader } from './zip/byte-reader.ts'
import { readDirectory, type ZipEntry } from './zip/read-directory.ts'
import { readEntry } from './zip/read-entry.ts'

const NONCE_BYTES = 32

export interface Archive {
  entries: ReadonlyMap<string, ZipEntry>
  /** One file's bytes, proven on the way; `bytesMax` bounds them. */
  read(entry: ZipEntry, bytesMax: number): AsyncIterable<Uint8Array>
  /** Throws the upload away. What a process that dies leaves is collected like any blob without a row. */
  discard(): Promise<void>
}

/** Throws `invalid_request` for what is no zip, or not a strict one; then nothing is kept. */
export async function openArchive(ctx: ServiceContext, bytes: AsyncIterable<Uint8Array>): Promise<Archive> {
  const spooled = await spool(ctx, bytes)
  const reader = readerOf(ctx, spooled)
  const discard = async () => {
    await removeBlobIfUnnamed(ctx, spooled.sha256)
  }
  try {
    const entries = await readDirectory(reader)
    return { entries, read: (entry, bytesMax) => readEntry(reader, entry, bytesMax, ctx.checksums), discard }
  } catch (error) {
    await discard()
    throw error
  }
}

async function spool(ctx: ServiceContext, bytes: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
  const writer = await ctx.blobs.open()
  try {
    await writer.write(ctx.random.bytes(NONCE_BYTES))
    for await (const piece of bytes) await writer.write(piece)
    return await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function readerOf(ctx: ServiceContext, { sha256, bytes }: { sha256: string; bytes: number }): ByteReader {
  const stream = (at: number, length: number) =>
    length === 0 ? nothing() : ctx.blobs.read(sha256, { start: NONCE_BYTES + at, end: NONCE_BYTES + at + length - 1 })
  return {
    size: bytes - NONCE_BYTES,
    stream,
    read: async (at, length) => {
      const found = new Uint8Array(length)
      let filled = 0
      for await (const piece of stream(at, length)) {
        found.set(piece, filled)
        filled += piece.length
      }
      return new DataView(found.buffer)
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
