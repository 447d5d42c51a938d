/** Removes what nothing names any more. Safe to run at any time, on any node, twice at once, and to be killed in the midst. */
import { unnamedBlobs, withoutRow } from '../db/blob-rows.ts'
import { removePiecesPutAside, removeUnnamedRenditions, removeUnnamedSignatures } from '../db/unnamed-rows.ts'
import type { Installation } from './context.ts'
import { removeBlobIfUnnamed } from './remove-blob.ts'

/** Younger things may belong to something still under way: an upload before its row, an answer before its turn's end. */
const GRACE_MS = 2 * 3_600_000
const AT_ONCE = 500

export interface Collected {
  /** Blobs that had a row nothing named, and bytes that had no row. */
  blobs: number
  orphans: number
  renditions: number
  signatures: number
  signaturePieces: number
}

export async function collectGarbage(inst: Installation): Promise<Collected> {
  const beforeMs = inst.clock.nowMs() - GRACE_MS
  const collected: Collected = {
    blobs: 0,
    orphans: 0,
    renditions: await removeUnnamedRenditions(inst.db, beforeMs),
    signatures: await removeUnnamedSignatures(inst.db, beforeMs),
    signaturePieces: await removePiecesPutAside(inst.db, beforeMs),
  }
  for (const sha256 of await unnamedBlobs(inst.db, beforeMs, AT_ONCE))
    if (await removeBlobIfUnnamed(inst, sha256, beforeMs)) collected.blobs += 1
  for await (const batch of oldBlobs(inst, beforeMs)) {
    for (const sha256 of await withoutRow(inst.db, batch)) if (await removeBlobIfUnnamed(inst, sha256, beforeMs)) collected.orphans += 1
  }
  inst.logger.info('garbage.collected', { ...collected })
  return collected
}

/** Every blob in the store written before `beforeMs`, in batches. */
async function* oldBlobs(inst: Installation, beforeMs: number): AsyncIterable<string[]> {
  let batch: string[] = []
  for await (const { sha256, writtenAtMs } of inst.blobs.list()) {
    if (writtenAtMs < beforeMs) batch.push(sha256)
    if (batch.length < AT_ONCE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
