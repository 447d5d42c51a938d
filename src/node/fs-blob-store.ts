/**
 * Blobs as files under `rootDir/ab/cd/<sha256>`, unfinished ones under `rootDir/tmp`. A blob appears by one atomic
 * rename of a file that is already on the disk, so that no reader and no crash ever sees half of one.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { BlobMissing, type BlobStore, type ByteRange, type Clock, type Random } from '../domain/ports.ts'
import { blobKey, isSha256Hex, temporaryName } from '../media/blob-name.ts'
import { deleteFile, isMissing, moveFile, namesIn, statFile } from './fs-blob-files.ts'
import { openFsBlobWriter } from './fs-blob-writer.ts'

export interface FsBlobStoreOptions {
  clock: Clock
  random: Random
  /** False leaves out fsync: for tests alone. */
  durable?: boolean
}

/** A multiple of three, so that base64 leaves no rest between pieces. */
const PIECE_BYTES = 63 * 1024
const LEFTOVER_AGE_MS = 3_600_000

/** The store at `rootDir`, which is made when it is first written to. Several processes may share one folder. */
export function createFsBlobStore(rootDir: string, { clock, random, durable = true }: FsBlobStoreOptions): BlobStore {
  const temporaryDir = join(rootDir, 'tmp')
  const pathOf = (sha256: string) => join(rootDir, blobKey(sha256))
  const clearLeftovers = () => clearLeftoversIn(temporaryDir, pathOf, clock.nowMs() - LEFTOVER_AGE_MS)
  let prepared: Promise<void> | undefined

  return {
    async open() {
      prepared ??= mkdir(temporaryDir, { recursive: true }).then(clearLeftovers)
      await prepared
      return openFsBlobWriter({ temporaryPath: join(temporaryDir, temporaryName(random)), pathOf, clock, durable })
    },

    async *read(sha256, range) {
      const handle = await openBlob(pathOf(sha256), sha256)
      try {
        yield* pieces(handle, range)
      } finally {
        await handle.close()
      }
    },

    async size(sha256) {
      return (await statFile(pathOf(sha256)))?.size ?? null
    },

    async remove(sha256, olderThanMs) {
      const path = pathOf(sha256)
      const aside = join(temporaryDir, `${sha256}.${temporaryName(random)}`)
      const found = await statFile(path)
      if (found !== null && found.mtimeMs > olderThanMs) return false
      if (found === null || !(await moveFile(path, aside))) return true
      // A writer of the same content may have come between looking and moving: then the blob goes back.
      const moved = await statFile(aside)
      if (moved !== null && moved.mtimeMs <= olderThanMs) return deleteFile(aside)
      await moveFile(aside, path)
      return false
    },

    async *list() {
      await clearLeftovers()
      for (const first of await foldersIn(rootDir)) {
        for (const second of await foldersIn(join(rootDir, first))) yield* blobsIn(join(rootDir, first, second))
      }
    },
  }
}

async function openBlob(path: string, sha256: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw isMissing(error) ? new BlobMissing(sha256) : error
  }
}

async function* pieces(handle: FileHandle, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat()
  const end = Math.min(range ? range.end + 1 : size, size)
  for (let at = range?.start ?? 0; at < end; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at)), { position: at })
    if (bytesRead === 0) throw new Error('a blob became shorter while it was read')
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function foldersIn(dir: string): Promise<string[]> {
  return (await namesIn(dir)).filter((name) => /^[0-9a-f]{2}$/.test(name))
}

async function* blobsIn(dir: string): AsyncGenerator<{ sha256: string; bytes: number; writtenAtMs: number }> {
  for (const name of (await namesIn(dir)).filter(isSha256Hex)) {
    const found = await statFile(join(dir, name))
    if (found !== null) yield { sha256: name, bytes: found.size, writtenAtMs: found.mtimeMs }
  }
}

/** Deletes what writers that died have left. A blob that a dying `remove` had set aside goes back: the next sweep judges it anew. */
async function clearLeftoversIn(temporaryDir: string, pathOf: (sha256: string) => string, olderThanMs: number): Promise<void> {
  for (const name of await namesIn(temporaryDir)) {
    const path = join(temporaryDir, name)
    const sha256 = name.split('.', 1).join()
    const found = await statFile(path)
    if (isSha256Hex(sha256)) await moveFile(path, pathOf(sha256))
    else if (found !== null && found.mtimeMs <= olderThanMs) await deleteFile(path)
  }
}
