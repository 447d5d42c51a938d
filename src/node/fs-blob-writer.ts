/** Writes one blob: bytes go to a temporary file and into the hash, then the file is made durable and renamed to its name. */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobWriter, Clock } from '../domain/ports.ts'
import { deleteFile } from './fs-blob-files.ts'

/** Pieces off the wire are gathered to this: a write costs a tenth of a millisecond, however short. One is filled while one is written. */
const GATHERED_BYTES = 192 * 1024

export interface FsBlobWriterOptions {
  temporaryPath: string
  /** Path a blob gets for good. */
  pathOf(sha256: string): string
  clock: Clock
  durable: boolean
}

/** A writer of one blob. After `commit` or `abort` it takes no more; `abort` is then a no-op, so that it may stand in a `finally`. */
export async function openFsBlobWriter({ temporaryPath, pathOf, clock, durable }: FsBlobWriterOptions): Promise<BlobWriter> {
  const handle = await open(temporaryPath, 'wx')
  const hash = createHash('sha256')
  let gathered: Buffer = Buffer.allocUnsafe(GATHERED_BYTES)
  let spare: Buffer | null = null
  let gatheredBytes = 0
  let writing = Promise.resolve()
  let bytes = 0
  let ended = false

  function end(): void {
    if (ended) throw new Error('the blob writer has ended')
    ended = true
  }

  /** A failure is told of when the next one, or the end, comes to wait for it. */
  async function writeGathered(): Promise<void> {
    await writing
    writing = writeAll(handle, gathered.subarray(0, gatheredBytes))
    writing.catch(() => undefined)
    const free = spare ?? Buffer.allocUnsafe(GATHERED_BYTES)
    spare = gathered
    gathered = free
    gatheredBytes = 0
  }

  return {
    async write(piece) {
      if (ended) throw new Error('the blob writer has ended')
      hash.update(piece)
      bytes += piece.byteLength
      for (let at = 0; at < piece.byteLength; ) {
        const taken = piece.subarray(at, at + GATHERED_BYTES - gatheredBytes)
        gathered.set(taken, gatheredBytes)
        gatheredBytes += taken.byteLength
        at += taken.byteLength
        if (gatheredBytes === GATHERED_BYTES) await writeGathered()
      }
    },

    async commit() {
      end()
      const sha256 = hash.digest('hex')
      const path = pathOf(sha256)
      try {
        const rest = gathered.subarray(0, gatheredBytes)
        const finished = finish(handle, writing, rest, clock.nowMs(), durable)
        const [made] = await Promise.all([mkdir(dirname(path), { recursive: true }), finished])
        // Replacing what is there is harmless, since a name means its bytes, and gives it a fresh time, so that no sweep takes it.
        await rename(temporaryPath, path)
        if (durable) await syncFolders(dirname(path), made)
      } catch (error) {
        await deleteFile(temporaryPath)
        throw error
      }
      return { sha256, bytes }
    },

    async abort() {
      if (ended) return
      end()
      await handle.close()
      await deleteFile(temporaryPath)
    },
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength; ) at += (await handle.write(piece, at)).bytesWritten
}

async function finish(handle: FileHandle, writing: Promise<void>, rest: Uint8Array, nowMs: number, durable: boolean): Promise<void> {
  try {
    await writing
    await writeAll(handle, rest)
    await Promise.all([handle.utimes(nowMs / 1000, nowMs / 1000), durable ? handle.sync() : undefined])
  } finally {
    await handle.close()
  }
}

/** Makes the new name last, and the folders that were made for it, up to the one that held the first of them. */
async function syncFolders(folder: string, firstMade: string | undefined): Promise<void> {
  const folders = [folder]
  for (let at = folder; firstMade !== undefined && at.length >= firstMade.length; at = dirname(at)) folders.push(dirname(at))
  await Promise.all(folders.map(syncFolder))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
