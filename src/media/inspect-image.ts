/** Judges an image by its content: its kind, its size as displayed, and whether the file is whole. Decodes no pixels. */
import { IMAGE_BYTES_MAX, IMAGE_PIXELS_MAX, type MediaType } from '../domain/media.ts'
import type { BlobStore, ImageInspector, ImageVerdict } from '../domain/ports.ts'
import { RequestError } from '../domain/problem.ts'
import { type ByteSource, blobSource, memorySource } from './byte-source.ts'
import { inspectHeif } from './heif.ts'
import { createImageReader, type ImageReader, type PictureSize, UnreadableImage } from './image-reader.ts'
import { inspectJpeg } from './jpeg.ts'
import { inspectPng } from './png.ts'
import { describeOther, SNIFF_BYTES, sniffType } from './sniff-type.ts'
import { isStrippable, stripMetadata, strippedBytes } from './strip-metadata.ts'
import { inspectWebp } from './webp.ts'

export interface ImageFacts {
  mimeType: MediaType
  /** Pixels as displayed, the orientation applied. */
  width: number
  height: number
  /** EXIF orientation, 1 to 8; 1 = stored upright. HEIC and HEIF turn themselves and say 1. */
  orientation: number
}

type Refused = Extract<ImageVerdict, { ok: false }>

export type ImageInspection = { ok: true; image: ImageFacts } | Refused

const INSPECTORS: Readonly<Record<MediaType, (reader: ImageReader) => Promise<PictureSize>>> = {
  'image/png': inspectPng,
  'image/jpeg': inspectJpeg,
  'image/webp': inspectWebp,
  'image/heic': inspectHeif,
  'image/heif': inspectHeif,
}

/**
 * Looks at the head of the file, and as far into it as its structure asks, 64 KiB at a time. Limits are those of api.md,
 * Media (50 MB, 100 megapixels). Only errors of reading the source itself are thrown.
 */
export async function inspectImage(source: ByteSource): Promise<ImageInspection> {
  if (source.size > IMAGE_BYTES_MAX)
    return refuse('payload_too_large', `The image has ${source.size} bytes; at most ${IMAGE_BYTES_MAX} are taken`)
  if (source.size === 0) return refuse('unreadable_image', 'The image is empty')
  const reader = createImageReader(source)
  const head = await reader.some(0, Math.min(SNIFF_BYTES, source.size))
  const mimeType = sniffType(head)
  if (mimeType === null) {
    return refuse('unsupported_media_type', `The file is ${describeOther(head)}; PNG, JPEG, WebP, HEIC and HEIF are accepted`)
  }
  try {
    return judgeSize(mimeType, await INSPECTORS[mimeType](reader))
  } catch (error) {
    if (error instanceof UnreadableImage) return refuse('unreadable_image', error.message)
    throw error
  }
}

/**
 * The inspector of images in a blob store: reads by ranges. Both throw `BlobMissing` where there is nothing to look at;
 * `withoutMetadata` throws `RequestError` `unreadable_image` for a file damaged where `inspect` does not look.
 */
export function createImageInspector(blobs: BlobStore): ImageInspector {
  return {
    inspect: (blob) => inspectImage(blobSource(blobs, blob)),
    inspectBytes: (bytes) => inspectImage(memorySource(bytes)),

    async withoutMetadata(image) {
      if (!isStrippable(image.mimeType)) return null
      const source = blobSource(blobs, image)
      try {
        const stripped = await stripMetadata(source, image.mimeType)
        return stripped.changed ? strippedBytes(source, stripped) : null
      } catch (error) {
        throw error instanceof UnreadableImage ? new RequestError('unreadable_image', error.message) : error
      }
    },
  }
}

function judgeSize(mimeType: MediaType, { width, height, orientation }: PictureSize): ImageInspection {
  if (width === 0 || height === 0) return refuse('unreadable_image', 'The image has no pixels')
  if (width * height > IMAGE_PIXELS_MAX) {
    return refuse('payload_too_large', `The image is ${width} × ${height} pixels; at most ${IMAGE_PIXELS_MAX} in all are taken`)
  }
  // 5 to 8 lie on their side (EXIF 2.32 §4.6.4).
  const image = orientation >= 5 ? { width: height, height: width } : { width, height }
  return { ok: true, image: { mimeType, ...image, orientation } }
}

function refuse(code: Refused['refusal']['code'], detail: string): Refused {
  return { ok: false, refusal: { code, detail } }
}
