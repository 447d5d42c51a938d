/** Media: taken in and described (api.md, Media). Their bytes are in `media-content.ts`. */
import { getMedia } from '../../services/get-media.ts'
import { storeMedia } from '../../services/store-media.ts'
import { idParam, jsonAnswer } from '../contract/content.ts'
import { MediaResource, UploadForm } from '../contract/media.ts'
import { pathId } from '../parse/read-request.ts'
import { readUpload } from '../parse/upload.ts'
import { mediaLinks } from '../present/media-links.ts'
import { presentMedia } from '../present/present-media.ts'
import type { Route } from '../route.ts'

const tags = ['Media']
const binary = { schema: { type: 'string', format: 'binary' } } as const

export const mediaRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/media',
    operationId: 'uploadMedia',
    summary: 'Upload an image',
    description:
      'Takes PNG, JPEG, WebP, HEIC and HEIF of 50 MB and 100 megapixels at most, judged by content. The same bytes are the same media, however often they are sent.',
    tags,
    access: 'session',
    startsWork: true,
    request: { body: { content: { 'image/*': binary, 'multipart/form-data': { schema: UploadForm } } } },
    responses: {
      200: jsonAnswer(MediaResource, 'The same bytes were here already, under the same id'),
      201: jsonAnswer(MediaResource, 'The image; `Location` is its address'),
    },
    errors: ['invalid_request', 'payload_too_large', 'unsupported_media_type', 'unreadable_image'],
    handle: async (c, deps) => {
      const ctx = c.var.services
      const { media, created } = await readUpload(c, (upload) => storeMedia({ ctx, input: upload }))
      return c.json(await presentMedia(media, mediaLinks(c, deps)), created ? 201 : 200, { Location: `/v1/media/${media.id}` })
    },
  },
  {
    method: 'get',
    path: '/v1/media/{id}',
    operationId: 'getMedia',
    summary: 'One image: its type, size and addresses',
    description:
      'What is known of an image, and addresses of it that need no key for a while. `lineage` tells which turn made it, from which images.',
    tags,
    access: 'session',
    request: { params: idParam('med') },
    responses: { 200: jsonAnswer(MediaResource, 'The image') },
    errors: [],
    handle: async (c, deps) => {
      const media = await getMedia({ ctx: c.var.services, input: { mediaId: pathId(c, 'med') } })
      return c.json(await presentMedia(media, mediaLinks(c, deps)))
    },
  },
]
