import type { Verb } from './context.ts'
import { reachMedia } from './scope.ts'

/** A WebP of at most `widthPx` pixels' width, made when first asked for. `etag` names content and width. */
export const readThumbnail: Verb<
  { mediaId: string; widthPx: number },
  { bytes: AsyncIterable<Uint8Array>; etag: string; length: number }
> = async ({ ctx, input }) => {
  const media = await reachMedia(ctx, input.mediaId)
  const sha256 = await ctx.thumbnails.find(media, input.widthPx)
  return { bytes: ctx.blobs.read(sha256.sha256), etag: sha256.sha256, length: sha256.bytes }
}
