/** Other forms of an image, made when first asked for and kept like any blob. */
import { findRendition, insertRendition, type Rendition } from '../db/rendition-queries.ts'
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
  if (pieces === null) {
    await insertRendition(inst.db, order.source.sha256, order.as, order.source, inst.clock.nowMs())
    return order.source
  }
  const writer = await inst.blobs.open()
  try {
    for await (const piece of pieces) await writer.write(piece)
    const made = { ...(await writer.commit()), mimeType: order.mimeType }
    await insertRendition(inst.db, order.source.sha256, order.as, made, inst.clock.nowMs())
    return made
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** One piece, for what is made whole. */
export async function* onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
