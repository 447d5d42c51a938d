import { removeUnnamedBlob } from '../db/blob-rows.ts'
import type { Installation } from './context.ts'

/** Removes bytes and their row if nothing names them; true when they are gone. */
export function removeBlobIfUnnamed(inst: Installation, sha256: string): Promise<boolean> {
  const nowMs = inst.clock.nowMs()
  return removeUnnamedBlob(inst.db, sha256, nowMs, () => inst.blobs.remove(sha256, nowMs + 1))
}
