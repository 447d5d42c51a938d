/** The forms in which a user's pictures leave for a third party. */
import { imageMetadataOf } from '../db/tenant-queries.ts'
import type { ImageBlob } from '../domain/part.ts'
import type { ImageMetadata } from '../domain/tenant.ts'
import type { Installation } from './context.ts'
import { onePiece, rendition } from './renditions.ts'

const MADE_INTO_JPEG: readonly string[] = ['image/heic', 'image/heif']

/**
 * `strip`: without place, time and camera. `keep`: the file as it was given. HEIC is always the JPEG made from it, which carries
 * neither. Only what is stripped or made is cached, and what is kept is the original itself: neither can be taken for the other.
 */
export async function outgoingImage(inst: Installation, image: ImageBlob, metadata: ImageMetadata): Promise<ImageBlob> {
  const isHeif = MADE_INTO_JPEG.includes(image.mimeType)
  if (metadata === 'keep' && !isHeif) return image
  return rendition(inst, {
    source: image,
    as: 'outgoing',
    mimeType: isHeif ? 'image/jpeg' : image.mimeType,
    make: async () =>
      isHeif ? onePiece(await inst.pictures.toDisplayJpeg(inst.blobs.read(image.sha256))) : inst.inspector.withoutMetadata(image),
  })
}

/** These images as the tenant has them sent from now on, by the digest of the original. */
export async function outgoingImages(
  inst: Installation,
  tenantId: string,
  images: readonly ImageBlob[],
): Promise<ReadonlyMap<string, ImageBlob>> {
  const forms = new Map<string, ImageBlob>()
  if (images.length === 0) return forms
  const metadata = await imageMetadataOf(inst.db, tenantId)
  for (const image of images) forms.set(image.sha256, await outgoingImage(inst, image, metadata))
  return forms
}
