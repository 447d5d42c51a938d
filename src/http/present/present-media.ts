/** Media, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { Media } from '../../domain/media.ts'
import { toIso } from '../../runtime/instant.ts'
import type { MediaResource } from '../contract/media.ts'
import type { MediaLinks } from './media-links.ts'

export async function presentMedia(media: Media, links: MediaLinks): Promise<z.input<typeof MediaResource>> {
  return {
    id: media.id,
    sha256: media.sha256,
    mimeType: media.mimeType,
    bytes: media.bytes,
    width: media.width,
    height: media.height,
    url: await links.content(media.tenantId, media.id),
    thumbnailUrl: await links.thumbnail(media.tenantId, media.id),
    createdAt: toIso(media.createdAtMs),
    lineage: media.lineage && { turnId: media.lineage.turnId, from: [...media.lineage.from] },
  }
}
