import { breaksReference } from '../db/broken-constraints.ts'
import { ensureTenantStorage } from '../db/limit-queries.ts'
import { grantMedia, type NewMedia } from '../db/media-queries.ts'
import { makeId } from '../domain/ids.ts'
import { IMAGE_BYTES_MAX, type Media } from '../domain/media.ts'
import { BlobMissing, type BlobStore } from '../domain/ports.ts'
import { RequestError } from '../domain/problem.ts'
import type { ServiceContext, Verb } from './context.ts'
import { keepWithinStorage } from './keep-limits.ts'
import { nameMedia } from './name-media.ts'
import { outgoingImage } from './outgoing-image.ts'
import { removeBlobIfUnnamed } from './remove-blob.ts'
import { noSuch, reachMedia, reachSession } from './scope.ts'

interface Upload {
  bytes: AsyncIterable<Uint8Array>
  /** What the sender called it; the content decides. */
  declaredType: string | null
}

interface StoredMedia {
  media: Media
  created: boolean
}

/**
 * Takes an image in. The same bytes of the same tenant are the same media (`created` false).
 * Throws `payload_too_large`, also where the tenant's storage is full, `unsupported_media_type` or `unreadable_image`, and then keeps nothing.
 * Throws `not_found` where the session is gone that a token is for.
 */
export const storeMedia: Verb<Upload, StoredMedia> = ({ ctx, input }) =>
  takeIn(ctx, input).catch((error: unknown) => {
    if (!(error instanceof BlobMissing)) throw error
    throw new RequestError('unavailable', 'The same image was being removed at this very moment; send it again.')
  })

async function takeIn(ctx: ServiceContext, input: Upload): Promise<StoredMedia> {
  const { tenantId, sessionId } = ctx.principal
  // A token may outlive its session.
  if (sessionId !== null) await reachSession(ctx, sessionId)
  const blob = await writeBlob(ctx.blobs, input.bytes)
  const verdict = await ctx.inspector.inspect(blob)
  if (!verdict.ok) {
    await removeBlobIfUnnamed(ctx, blob.sha256)
    throw new RequestError(verdict.refusal.code, verdict.refusal.detail)
  }
  const nowMs = ctx.clock.nowMs()
  const limited = (await ensureTenantStorage(ctx.db, tenantId, nowMs)) !== null
  if (limited) await refuseBeyondStorage(ctx, blob)
  // Made now, so that a picture that could not be sent later is refused while its sender is still there; whatever the tenant's policy
  // is today.
  await outgoingImage(ctx, { ...blob, mimeType: verdict.image.mimeType }, 'strip')
  const id = makeId('med', nowMs, ctx.random.bytes(10))
  const image = { id, tenantId, ...blob, ...verdict.image, createdAtMs: nowMs, lineage: null }
  const stored = await (limited ? nameWithinStorage(ctx, image) : nameMedia(ctx, image))
  if (sessionId !== null) await grantTo(ctx, sessionId, stored.id)
  return { media: await reachMedia(ctx, stored.id), created: stored.created }
}

async function grantTo(ctx: ServiceContext, sessionId: string, mediaId: string): Promise<void> {
  await grantMedia(ctx.db, mediaId, sessionId).catch((error: unknown) => {
    throw breaksReference(error) ? noSuch('session', sessionId) : error
  })
}

/** A first look, while nothing but the bytes has to be taken away again. */
async function refuseBeyondStorage(ctx: ServiceContext, blob: { sha256: string; bytes: number }): Promise<void> {
  try {
    await keepWithinStorage(ctx, [blob])
  } catch (error) {
    await removeBlobIfUnnamed(ctx, blob.sha256)
    throw error
  }
}

/** The look that counts: of several uploads at once only those that fit are let in. What is left of the others is collected later. */
function nameWithinStorage(ctx: ServiceContext, image: NewMedia): Promise<{ id: string; created: boolean }> {
  return ctx.db.transaction(async (tx) => {
    const inside = { ...ctx, db: tx }
    await keepWithinStorage(inside, [image])
    return nameMedia(inside, image)
  })
}

async function writeBlob(blobs: BlobStore, bytes: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
  const writer = await blobs.open()
  try {
    let total = 0
    for await (const piece of bytes) {
      total += piece.byteLength
      if (total > IMAGE_BYTES_MAX) {
        throw new RequestError('payload_too_large', `The image is larger than ${IMAGE_BYTES_MAX} bytes, the most that is taken.`)
      }
      await writer.write(piece)
    }
    return await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
