/** Images: sent to the service, described, and fetched from it. */
import type { Media } from './contract.ts'
import type { Wire } from './wire.ts'

/** An image to send: its bytes, or one the service already has. */
export type ImageInput = Blob | Uint8Array<ArrayBuffer> | { mediaId: string }

/** The service judges by content; it only wants to be told that no form is coming. */
const UNNAMED_TYPE = 'application/octet-stream'

export function mediaOf(wire: Wire) {
  return {
    /** Uploads PNG, JPEG, WebP, HEIC or HEIF. The same bytes are the same media, however often they are sent. */
    upload: (image: Blob | Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Media> => {
      const type = image instanceof Blob && image.type !== '' ? image.type : UNNAMED_TYPE
      return wire.json('POST', '/v1/media', { body: image, headers: { 'Content-Type': type }, repeatable: true, signal })
    },
    get: (mediaId: string): Promise<Media> => wire.json('GET', `/v1/media/${mediaId}`, { repeatable: true }),
    /** The bytes. In a page the `url` of an image part needs no key, and is cached. */
    content: async (mediaId: string): Promise<Blob> =>
      (await wire.send('GET', `/v1/media/${mediaId}/content`, { repeatable: true })).blob(),
  }
}

/** Ids of these images, uploading what has none. */
export function mediaIds(wire: Wire, images: readonly ImageInput[], signal?: AbortSignal): Promise<string[]> {
  const { upload } = mediaOf(wire)
  return Promise.all(images.map(async (image) => ('mediaId' in image ? image.mediaId : (await upload(image, signal)).id)))
}
