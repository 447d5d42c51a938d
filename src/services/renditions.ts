/** Other forms of an image, made when first asked for and kept like any blob. */
import { findRendition, insertRendition, type Rendition, removeRendition } from '../db/rendition-queries.ts'
import { BlobMissing } from '../domain/ports.ts'
import type { Installation } from './context.ts'

/** `as` names the form: `outgoing`, `display`, `thumbnail-256`. `make` returns null when the original itself will do. */
export interface RenditionOrder {
  source: Rendition
  as: string
  mimeType: string
  make: () => Promise<AsyncIterable<Uint8Array> | null>
}

/** Two that ask at once may both make it; the bytes are the same, and one row stays. */
export async function rendition(inst: Installation, order: RenditionOrder): Promise<Rendition> {
  const found = await findRendition(inst.db, order.source.sha256, order.as)
  if (found !== null) return found
  const pieces = await order.make()
  if (pieces === null) return keep(inst, order, order.source)
  const writer = await inst.blobs.open()
  try {
    for await (const piece of pieces) await writer.write(piece)
    return await keep(inst, order, { ...(await writer.commit()), mimeType: order.mimeType })
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** As with media, no row stays without its bytes. Throws `BlobMissing` when they were taken away at this very moment. */
async function keep(inst: Installation, { source, as }: RenditionOrder, made: Rendition): Promise<Rendition> {
  await insertRendition(inst.db, source.sha256, as, made, inst.clock.nowMs())
  if ((await inst.blobs.size(made.sha256)) !== null) return made
  await removeRendition(inst.db, source.sha256, as)
  throw new BlobMissing(made.sha256)
}

/** One piece, for what is made whole. */
export async function* onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
