import { setImmediate } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { BlobMissing, type Clock } from '../../src/domain/ports.ts'
import { memorySource } from '../../src/media/byte-source.ts'
import { readHeifProfile } from '../../src/media/heif.ts'
import { createImageReader } from '../../src/media/image-reader.ts'
import { createPictures } from '../../src/node/pictures.ts'
import { heifFile } from '../media/heif-file.ts'
import { encode, jpegSegment, pngHeaderOf, spliced } from '../media/picture-files.ts'

const pictures = createPictures()

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

async function thumbnail(file: Uint8Array, widthPx: number) {
  const { format, width, height, exif, orientation } = await sharp(await pictures.thumbnail(stream(file), widthPx)).metadata()
  return { format, width, height, exif, orientation }
}

function refused(work: Promise<unknown>): Promise<unknown> {
  return expect(work).rejects.toMatchObject({ problem: { code: 'unreadable_image' } })
}

/** The colour at a place, named by the strongest of its channels. */
async function colourAt(file: Uint8Array, left: number, top: number): Promise<string> {
  const [red = 0, green = 0, blue = 0] = await sharp(file).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()
  if (Math.min(red, green, blue) > 200) return 'white'
  return red > green && red > blue ? 'red' : green > blue ? 'green' : 'blue'
}

async function quarters(file: Uint8Array): Promise<string[]> {
  const { width, height } = await sharp(file).metadata()
  const places = [
    [2, 2],
    [width - 3, 2],
    [2, height - 3],
    [width - 3, height - 3],
  ] as const
  return Promise.all(places.map(([left, top]) => colourAt(file, left, top)))
}

describe('a thumbnail', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('of a %s is a WebP of the width asked for', async (format) => {
    expect(await thumbnail(await encode(format, 400, 200), 100)).toEqual({ format: 'webp', width: 100, height: 50 })
  })

  test('is upright, and says nothing of the camera', async () => {
    expect(await thumbnail(await encode('jpeg', 400, 200, 6), 100)).toEqual({ format: 'webp', width: 100, height: 200 })
  })

  test('is never larger than the picture', async () => {
    expect(await thumbnail(await encode('png', 40, 20), 256)).toEqual({ format: 'webp', width: 40, height: 20 })
  })

  test('of an animation is its first picture', async () => {
    const film = await sharp([await encode('png', 40, 20), await encode('jpeg', 40, 20)], { join: { animated: true } })
      .webp()
      .toBuffer()
    expect(await thumbnail(film, 20)).toEqual({ format: 'webp', width: 20, height: 10 })
  })

  test('of a HEIC is made as well', async () => {
    const file = await pictures.thumbnail(stream(heifFile({ turns: 1 })), 32)
    expect(await sharp(file).metadata()).toMatchObject({ format: 'webp', width: 32, height: 32 })
    expect(await quarters(file)).toEqual(['green', 'white', 'red', 'blue'])
  })
})

describe('the JPEG of a HEIC', () => {
  test.each([
    ['as it is stored', {}, { width: 64, height: 64 }, ['red', 'green', 'blue', 'white']],
    ['turned by a quarter', { turns: 1 }, { width: 64, height: 64 }, ['green', 'white', 'red', 'blue']],
    ['cropped', { crop: { width: 64, height: 48 } }, { width: 64, height: 48 }, ['red', 'green', 'blue', 'white']],
    ['cropped, then turned', { crop: { width: 64, height: 48 }, turns: 3 }, { width: 48, height: 64 }, ['blue', 'red', 'white', 'green']],
  ])('shows it upright: %s', async (_, properties, size, colours) => {
    const jpeg = await pictures.toDisplayJpeg(stream(heifFile(properties)))
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', ...size })
    expect(await quarters(jpeg)).toEqual(colours)
  })

  test('keeps its colour profile, whatever its size', async () => {
    const profile = (
      await sharp(await encode('png', 4, 4))
        .withIccProfile('p3')
        .png()
        .toBuffer()
        .then((file) => sharp(file).metadata())
    ).icc
    const jpeg = await pictures.toDisplayJpeg(stream(heifFile({ profile: profile ?? Buffer.alloc(0) })))
    expect((await sharp(jpeg).metadata()).icc).toEqual(profile)
    const long = Buffer.alloc(150_000, 'profile')
    const kept = await readHeifProfile(createImageReader(memorySource(heifFile({ profile: long }))))
    expect(Buffer.from(kept ?? []).equals(long)).toBe(true)
  })

  test('is the same bytes each time', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => pictures.toDisplayJpeg(stream(heifFile()))))
    expect(one).toEqual(two)
  })

  test('of a HEIF with another codec is made too', async () => {
    const file = await encode('avif', 40, 20)
    for (let at = file.indexOf('avif'); at >= 0 && at < 64; at = file.indexOf('avif', at)) file.write('mif1', at, 'latin1')
    expect(await sharp(await pictures.toDisplayJpeg(stream(file))).metadata()).toMatchObject({ format: 'jpeg', width: 40, height: 20 })
  })
})

describe('what cannot be decoded', () => {
  test('is told as the image’s fault', async () => {
    const png = await encode('png', 100, 100)
    const jpeg = await encode('jpeg', 100, 100)
    await refused(pictures.thumbnail(stream(Buffer.from(png).fill(7, 100, png.length - 12)), 64))
    await refused(pictures.thumbnail(stream(spliced(jpeg.subarray(0, 2), 2, jpegSegment(0xe0, Buffer.alloc(10)))), 64))
    await refused(pictures.thumbnail(stream(Buffer.alloc(0)), 64))
  })

  test('is told of a HEIC as well', async () => {
    const heic = heifFile()
    for (const name of ['hvcC', 'meta', 'iloc']) {
      const file = Buffer.from(heic)
      file.write('free', file.indexOf(name), 'latin1')
      await refused(pictures.toDisplayJpeg(stream(file)))
    }
  })

  test('includes what has more pixels than are taken in', async () => {
    await refused(pictures.thumbnail(stream(pngHeaderOf(10_001, 10_000)), 64))
  })

  test('does not include a blob that is not there: that error passes through', async () => {
    // biome-ignore lint/correctness/useYield: it fails before it yields, as a missing blob does
    const missing = async function* (): AsyncGenerator<Uint8Array> {
      throw new BlobMissing('0'.repeat(64))
    }
    await expect(pictures.thumbnail(missing(), 64)).rejects.toThrow(BlobMissing)
  })

  test('includes a HEIC that takes too long', async () => {
    const impatient: Clock = { nowMs: () => 0, sleep: async () => {} }
    await expect(createPictures({ clock: impatient }).toDisplayJpeg(stream(heifFile()))).rejects.toThrow('it took too long')
  })
})

test('a picture that waits for its turn is not read yet', async () => {
  const file = await encode('jpeg', 100, 100)
  const gate = Promise.withResolvers<void>()
  let opened = 0
  const watched = async function* () {
    opened++
    await gate.promise
    yield file
  }
  const made = Array.from({ length: 12 }, () => pictures.thumbnail(watched(), 64))
  await setImmediate()
  expect(opened).toBe(2)
  gate.resolve()
  expect(await Promise.all(made)).toHaveLength(12)
})
