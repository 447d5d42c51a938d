/** The bytes of media, and small pictures of them: cached, resumable, and loadable by signed address (api.md, Media). */
import type { Media } from '../../domain/media.ts'
import type { ByteRange } from '../../domain/ports.ts'
import { RequestError } from '../../domain/problem.ts'
import { getMedia } from '../../services/get-media.ts'
import { readMedia } from '../../services/read-media.ts'
import { readThumbnail } from '../../services/read-thumbnail.ts'
import { idParam } from '../contract/content.ts'
import { THUMBNAIL_WIDTH_MAX, THUMBNAIL_WIDTHS, ThumbnailQuery } from '../contract/media.ts'
import type { HttpContext } from '../env.ts'
import { parseByteRange } from '../parse/byte-range.ts'
import { matchesTag } from '../parse/entity-tags.ts'
import { pathId, readQuery } from '../parse/read-request.ts'
import type { Route } from '../route.ts'
import { toStream } from '../stream.ts'

/** The same address never shows other bytes. */
const CACHE = 'private, max-age=31536000, immutable'
/** Pages of other origins may show what they hold the address of. */
const SHARED = { 'Cache-Control': CACHE, 'Cross-Origin-Resource-Policy': 'cross-origin' }

const params = idParam('med')
const tags = ['Media']
const NOT_MODIFIED = { description: 'The copy that If-None-Match names is still good' }

function binary(description: string, type: string) {
  return { description, content: { [type]: { schema: { type: 'string', format: 'binary' } as const } } }
}

export const mediaContentRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/media/{id}/content',
    operationId: 'getMediaContent',
    summary: 'The bytes of an image',
    description: 'The original bytes. They never change, so they may be cached for ever; parts of them are answered to `Range`.',
    tags,
    access: 'signed',
    request: { params },
    responses: { 200: binary('The bytes', 'image/*'), 206: binary('The range asked for', 'image/*'), 304: NOT_MODIFIED },
    errors: ['range_not_satisfiable'],
    handle: async (c) => {
      const ctx = c.var.services
      const mediaId = pathId(c, 'med')
      const media = await getMedia({ ctx, input: { mediaId } })
      const etag = `"${media.sha256}"`
      if (matchesTag(c.req.header('If-None-Match'), etag)) return c.newResponse(null, 304, { ...SHARED, ETag: etag })
      const range = rangeOf(c, media, etag)
      const headers = { ...contentHeaders(media, range), ETag: etag }
      if (c.req.method === 'HEAD') return c.newResponse(null, 200, headers)
      const { bytes } = await readMedia({ ctx, input: range === null ? { mediaId } : { mediaId, range } })
      return c.newResponse(toStream(bytes), range === null ? 200 : 206, headers)
    },
  },
  {
    method: 'get',
    path: '/v1/media/{id}/thumbnail',
    operationId: 'getMediaThumbnail',
    summary: 'A small picture of an image',
    description: 'A WebP picture at least as wide as asked, made when first asked for.',
    tags,
    access: 'signed',
    request: { params, query: ThumbnailQuery },
    responses: { 200: binary('The picture', 'image/webp'), 304: NOT_MODIFIED },
    errors: ['invalid_request'],
    handle: async (c) => {
      const mediaId = pathId(c, 'med')
      const { w } = readQuery(c, ThumbnailQuery)
      const widthPx = THUMBNAIL_WIDTHS.find((width) => width >= w) ?? THUMBNAIL_WIDTH_MAX
      const thumbnail = await readThumbnail({ ctx: c.var.services, input: { mediaId, widthPx } })
      const etag = `"${thumbnail.etag}"`
      if (matchesTag(c.req.header('If-None-Match'), etag)) return c.newResponse(null, 304, { ...SHARED, ETag: etag })
      const headers = { ...SHARED, ETag: etag, 'Content-Type': 'image/webp', 'Content-Length': String(thumbnail.length) }
      return c.newResponse(toStream(thumbnail.bytes), 200, headers)
    },
  },
]

/** The range to answer with; null for the whole. Throws `range_not_satisfiable`. An outdated If-Range asks for the whole. */
function rangeOf(c: HttpContext, media: Media, etag: string): ByteRange | null {
  const ifRange = c.req.header('If-Range')
  if (c.req.method === 'HEAD' || (ifRange !== undefined && ifRange !== etag)) return null
  const range = parseByteRange(c.req.header('Range'), media.bytes)
  if (range === 'unsatisfiable') {
    c.header('Content-Range', `bytes */${media.bytes}`)
    throw new RequestError('range_not_satisfiable', `The content has ${media.bytes} bytes.`)
  }
  return range === 'whole' ? null : range
}

function contentHeaders(media: Media, range: ByteRange | null): Record<string, string> {
  return {
    ...SHARED,
    'Content-Type': media.mimeType,
    'Content-Length': String(range === null ? media.bytes : range.end - range.start + 1),
    'Content-Disposition': `inline; filename="${media.id}.${media.mimeType.replace('image/', '')}"`,
    'Accept-Ranges': 'bytes',
    ...(range === null ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${media.bytes}` }),
  }
}
