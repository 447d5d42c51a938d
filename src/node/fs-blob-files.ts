/** File operations for which "there is no such file" is an answer, not an error. */
import type { Stats } from 'node:fs'
import { readdir, rename, stat, unlink } from 'node:fs/promises'

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** A rejection handler: `value` where the file is missing, any other error as it was. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return value
    throw error
  }
}

/** What the file is like, or null. */
export function statFile(path: string): Promise<Stats | null> {
  return stat(path).catch(ifMissing(null))
}

/** False when there was nothing to move. */
export function moveFile(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(() => true, ifMissing(false))
}

/** False when there was nothing to delete. */
export function deleteFile(path: string): Promise<boolean> {
  return unlink(path).then(() => true, ifMissing(false))
}

/** Names in a folder; none when there is no such folder. */
export function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(ifMissing([]))
}
