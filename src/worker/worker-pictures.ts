import type { Pictures } from '../domain/ports.ts'
import { RequestError } from '../domain/problem.ts'

/** A Worker decodes no pictures: it answers what needs that with 415 (api.md, Media). */
export const workerPictures: Pictures = {
  thumbnail: async () => {
    throw new RequestError('unsupported_media_type', 'This installation makes no thumbnails; use the full image.')
  },
  toDisplayJpeg: async () => {
    throw new RequestError('unsupported_media_type', 'This installation takes no HEIC or HEIF; send a JPEG, PNG or WebP.')
  },
}
