/** Media on the wire. */
import { z } from '@hono/zod-openapi'
import { MEDIA_TYPES } from '../../domain/media.ts'
import { MEDIA_SHOWN } from './examples/turn.ts'
import { idOf, Timestamp } from './scalars.ts'

export const MediaUrl = z.string().openapi({
  description: 'Signed and expiring, but the same for at least an hour; loads without a key',
  example: 'https://pentimento.example/v1/media/med_01kas3nn1gf8st3gq9z4k7m2xw/content?…',
})

const pixels = z.int().nullable()

export const MediaResource = z
  .strictObject({
    id: idOf('med'),
    sha256: z.string(),
    mimeType: z.enum(MEDIA_TYPES),
    bytes: z.int(),
    width: pixels,
    height: pixels,
    url: MediaUrl,
    thumbnailUrl: MediaUrl,
    createdAt: Timestamp,
    lineage: z.strictObject({ turnId: idOf('trn'), from: z.array(idOf('med')) }).nullable(),
  })
  .openapi('Media', { example: MEDIA_SHOWN })

/** Widths thumbnails are made in, in pixels, and the widest of them. Others are answered with the next wider one. */
export const THUMBNAIL_WIDTH_MAX = 1024
export const THUMBNAIL_WIDTHS = [128, 256, 512, THUMBNAIL_WIDTH_MAX] as const

export const ThumbnailQuery = z.object({
  w: z.coerce.number().int().min(1).max(10_000).default(256).openapi({ description: 'Wanted width in pixels' }),
})

export const UploadForm = z.strictObject({ file: z.string().openapi({ format: 'binary' }) })
