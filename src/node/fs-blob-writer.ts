/** Writes one blob: bytes go to a temporary file and into the hash, then the file is made durable and renamed to its name. */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobWriter, Clock } from '../domain/ports.ts'
import { deleteFile } from './fs-blob-files.ts'

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
  let bytes = 0
  let ended = false

  function end(): void {
    if (ended) throw new Error('the blob writer has ended')
    ended = true
  }

  return {
    async write(piece) {
      if (ended) throw new Error('the blob writer has ended')
      bytes += piece.byteLength
      const written = writeAll(handle, piece)
      hash.update(piece)
      await written
    },

    async commit() {
      end()
      const sha256 = hash.digest('hex')
      const path = pathOf(sha256)
      try {
        const [made] = await Promise.all([mkdir(dirname(path), { recursive: true }), finish(handle, clock.nowMs(), durable)])
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

async function finish(handle: FileHandle, nowMs: number, durable: boolean): Promise<void> {
  try {
    await handle.utimes(nowMs / 1000, nowMs / 1000)
    if (durable) await handle.sync()
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
