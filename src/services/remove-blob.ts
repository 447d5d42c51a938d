import { removeUnnamedBlob } from '../db/blob-rows.ts'
import type { Installation } from './context.ts'

/**
 * Removes bytes and their row if nothing names them; true when they are gone. Given `olderThanMs` (Unix ms), bytes written later
 * stay; without, they go too, and their writer is told when it comes to name them (`nameMedia`).
 */
export function removeBlobIfUnnamed(inst: Installation, sha256: string, olderThanMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  return removeUnnamedBlob(inst.db, sha256, inst.clock.nowMs(), () => inst.blobs.remove(sha256, olderThanMs))
}
