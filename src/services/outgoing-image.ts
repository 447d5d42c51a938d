/** The form in which a user's picture leaves for a third party: without place, time and camera; HEIC as the JPEG made from it. */
import type { ImageBlob } from '../domain/part.ts'
import type { Installation } from './context.ts'
import { onePiece, rendition } from './renditions.ts'

export async function outgoingImage(inst: Installation, image: ImageBlob): Promise<ImageBlob> {
  const isHeif = image.mimeType === 'image/heic' || image.mimeType === 'image/heif'
  return rendition(inst, {
    source: image,
    as: 'outgoing',
    mimeType: isHeif ? 'image/jpeg' : image.mimeType,
    make: async () =>
      isHeif ? onePiece(await inst.pictures.toDisplayJpeg(inst.blobs.read(image.sha256))) : inst.inspector.withoutMetadata(image),
  })
}
