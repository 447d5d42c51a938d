/** Thumbnails, and JPEGs of HEICs, by sharp. Nothing is decoded that `inspectImage` has not judged, and little of it at once. */
import { buffer } from 'node:stream/consumers'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { IMAGE_PIXELS_MAX } from '../domain/media.ts'
import type { Clock, Pictures } from '../domain/ports.ts'
import { RequestError } from '../domain/problem.ts'
import { memorySource } from '../media/byte-source.ts'
import { readHeifProfile } from '../media/heif.ts'
import { createImageReader } from '../media/image-reader.ts'
import { withIccProfile } from '../media/jpeg-profile.ts'
import { sniffType } from '../media/sniff-type.ts'
import { systemClock } from '../runtime/clock.ts'
import { decodeHeic } from './decode-heic.ts'
import { createLimit } from './limit-concurrency.ts'

/** A picture of 100 megapixels takes 400 MB while it is decoded. */
const AT_ONCE = 2

const INPUT: SharpOptions = { limitInputPixels: IMAGE_PIXELS_MAX, failOn: 'error', sequentialRead: true }

/** `image` is read only once its turn has come, so that what waits holds no bytes. Threads and cache of libvips are kept small. */
export function createPictures({ clock = systemClock }: { clock?: Clock } = {}): Pictures {
  sharp.cache(false)
  sharp.concurrency(1)
  const atOnce = createLimit(AT_ONCE)

  return {
    thumbnail: (image, widthPx) =>
      atOnce(async () => {
        const bytes = await buffer(image)
        const source = isHeif(bytes) ? await toJpeg(bytes, clock) : bytes
        const size = { width: widthPx, withoutEnlargement: true }
        return decoding(() => sharp(source, INPUT).autoOrient().resize(size).webp({ quality: 80 }).toBuffer())
      }),

    toDisplayJpeg: (image) => atOnce(async () => toJpeg(await buffer(image), clock)),
  }
}

function isHeif(bytes: Uint8Array): boolean {
  return ['image/heic', 'image/heif'].includes(sniffType(bytes) ?? '')
}

async function toJpeg(bytes: Uint8Array, clock: Clock): Promise<Uint8Array> {
  const decoded = await decodeHeic(bytes, clock)
  // libheif-js has HEVC but not AV1, which a HEIF may hold too; with sharp it is the other way round.
  if ('refusal' in decoded) return decoding(() => encodeJpeg(sharp(bytes, INPUT).autoOrient()), decoded.refusal)
  const { width, height, pixels } = decoded
  const raw: SharpOptions = { raw: { width, height, channels: 4 }, limitInputPixels: IMAGE_PIXELS_MAX }
  const jpeg = await decoding(() => encodeJpeg(sharp(pixels, raw)))
  const profile = await decoding(() => readHeifProfile(createImageReader(memorySource(bytes))))
  return profile === null ? jpeg : withIccProfile(jpeg, profile)
}

function encodeJpeg(picture: Sharp): Promise<Uint8Array> {
  return picture.flatten({ background: 'white' }).jpeg({ quality: 92 }).toBuffer()
}

/** What decoders throw is about the picture: `reason` in words, or else their own. */
async function decoding<T>(work: () => Promise<T>, reason?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const words = reason ?? (error instanceof Error ? error.message : 'for no reason given')
    throw new RequestError('unreadable_image', `The image cannot be decoded: ${words.split('\n', 1).join()}`)
  }
}
