import { removeMediaWithoutBytes } from '../db/blob-rows.ts'
import { type NewMedia, upsertMedia } from '../db/media-queries.ts'
import { BlobMissing } from '../domain/ports.ts'
import type { Installation } from './context.ts'

/**
 * Gives bytes that are in the store their media row. Between the two, whoever removed the last row of the same content may have
 * taken the bytes along: then no row stays without them, and `BlobMissing` is thrown.
 */
export async function nameMedia(inst: Installation, image: NewMedia): Promise<{ id: string; created: boolean }> {
  const named = await upsertMedia(inst.db, image)
  const hasBytes = async () => (await inst.blobs.size(image.sha256)) !== null
  if ((await hasBytes()) || !(await removeMediaWithoutBytes(inst.db, named.id, hasBytes))) return named
  throw new BlobMissing(image.sha256)
}
