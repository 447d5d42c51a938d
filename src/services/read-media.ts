import type { Media } from '../domain/media.ts'
import type { ByteRange } from '../domain/ports.ts'
import type { Verb } from './context.ts'
import { reachMedia } from './scope.ts'

/** The bytes as they were given, in pieces, all or a range of them. */
export const readMedia: Verb<
  { mediaId: string; range?: ByteRange | undefined },
  { media: Media; bytes: AsyncIterable<Uint8Array> }
> = async ({ ctx, input }) => {
  const media = await reachMedia(ctx, input.mediaId)
  return { media, bytes: ctx.blobs.read(media.sha256, input.range) }
}
