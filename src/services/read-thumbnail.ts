import type { Verb } from './context.ts'
import { onePiece, rendition } from './renditions.ts'
import { reachMedia } from './scope.ts'

interface Thumbnail {
  bytes: AsyncIterable<Uint8Array>
  etag: string
  length: number
}

/** A WebP of at most `widthPx` pixels' width, made when first asked for and kept. Throws `unreadable_image`. */
export const readThumbnail: Verb<{ mediaId: string; widthPx: number }, Thumbnail> = async ({ ctx, input }) => {
  const source = await reachMedia(ctx, input.mediaId)
  const { sha256, bytes } = await rendition(ctx, {
    source,
    as: `thumbnail-${input.widthPx}`,
    mimeType: 'image/webp',
    make: async () => onePiece(await ctx.pictures.thumbnail(ctx.blobs.read(source.sha256), input.widthPx)),
  })
  return { bytes: ctx.blobs.read(sha256), etag: sha256, length: bytes }
}
