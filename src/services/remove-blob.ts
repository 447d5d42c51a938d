import { removeUnnamedBlob } from '../db/blob-rows.ts'
import type { Installation } from './context.ts'

/**
 * Removes bytes and their row if nothing names them; true when they are gone. Bytes written after `olderThanMs` (Unix ms; by
 * default now) stay: their writer is about to name them.
 */
export function removeBlobIfUnnamed(inst: Installation, sha256: string, olderThanMs = inst.clock.nowMs() + 1): Promise<boolean> {
  return removeUnnamedBlob(inst.db, sha256, inst.clock.nowMs(), () => inst.blobs.remove(sha256, olderThanMs))
}
