import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type ByteSource, memorySource } from '../../src/media/byte-source.ts'
import { type ImageInspection, inspectImage } from '../../src/media/inspect-image.ts'
import { heifFile } from './heif-file.ts'
import { encode, jpegSegment, pngChunk, pngHeaderOf, riffChunk, type SharpFormat, spliced } from './picture-files.ts'

const FORMATS = ['png', 'jpeg', 'webp'] as const satisfies readonly SharpFormat[]

function inspect(bytes: Uint8Array): Promise<ImageInspection> {
  return inspectImage(memorySource(bytes))
}

async function refusalOf(bytes: Uint8Array): Promise<string> {
  const found = await inspect(bytes)
  return found.ok ? 'accepted' : `${found.refusal.code}: ${found.refusal.detail}`
}

/** Counts what is read, and fills a file of any size from a short start. */
function longFile(start: Uint8Array, size: number, filler: (at: number) => number): ByteSource & { readBytes: number } {
  return {
    size,
    readBytes: 0,
    async read(at, length) {
      const end = Math.min(at + length, size)
      this.readBytes += end - at
      return Uint8Array.from({ length: end - at }, (_, n) => start[at + n] ?? filler(at + n))
    },
  }
}

describe('pictures that are taken in', () => {
  test.each(FORMATS)('a %s tells its kind and size', async (format) => {
    expect(await inspect(await encode(format, 37, 21))).toEqual({
      ok: true,
      image: { mimeType: `image/${format}`, width: 37, height: 21, orientation: 1 },
    })
  })

  test.each(FORMATS.flatMap((format) => [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => ({ format, orientation }))))(
    'a $format with orientation $orientation has the size one sees',
    async ({ format, orientation }) => {
      const file = await encode(format, 40, 20, orientation)
      const upright = await sharp(await sharp(file).autoOrient().png().toBuffer()).metadata()
      expect(await inspect(file)).toEqual({
        ok: true,
        image: { mimeType: `image/${format}`, width: upright.width, height: upright.height, orientation },
      })
    },
  )

  test('lossless and animated WebP, grey and palette PNG, progressive and CMYK JPEG are read too', async () => {
    const base = sharp(await encode('png', 50, 30))
    const files = await Promise.all([
      base.clone().webp({ lossless: true }).toBuffer(),
      sharp([await encode('png', 50, 30), await encode('jpeg', 50, 30)], { join: { animated: true } })
        .webp()
        .toBuffer(),
      base.clone().greyscale().png().toBuffer(),
      base.clone().png({ palette: true }).toBuffer(),
      base.clone().jpeg({ progressive: true }).toBuffer(),
      base.clone().toColourspace('cmyk').jpeg().toBuffer(),
    ])
    for (const file of files) expect(await inspect(file)).toMatchObject({ ok: true, image: { width: 50, height: 30 } })
  })

  test('the size of a JPEG is found behind any amount of metadata', async () => {
    const segments = Array.from({ length: 40 }, () => jpegSegment(0xe2, Buffer.alloc(65_000, 0xff)))
    const file = spliced(await encode('jpeg', 33, 44), 2, Buffer.concat(segments))
    expect(await inspect(file)).toMatchObject({ ok: true, image: { width: 33, height: 44 } })
  })

  test.each(FORMATS)('a %s with bytes appended, as motion photos have, is whole', async (format) => {
    const file = Buffer.concat([await encode(format, 64, 64), Buffer.alloc(300_000, 1)])
    expect(await inspect(file)).toMatchObject({ ok: true, image: { width: 64, height: 64 } })
  })

  test.each([
    { what: 'the size of the picture, not of its first tile', properties: {}, size: { width: 4032, height: 3024 } },
    { what: 'turned by a quarter', properties: { turns: 1 }, size: { width: 3024, height: 4032 } },
    { what: 'turned by a half', properties: { turns: 2 }, size: { width: 4032, height: 3024 } },
    { what: 'cropped', properties: { crop: { width: 4000, height: 3000 } }, size: { width: 4000, height: 3000 } },
    { what: 'cropped, then turned', properties: { crop: { width: 4000, height: 3000 }, turns: 3 }, size: { width: 3000, height: 4000 } },
  ])('a HEIC tells $what', async ({ properties, size }) => {
    const file = heifFile({ width: 4032, height: 3024, ...properties })
    expect(await inspect(file)).toEqual({ ok: true, image: { mimeType: 'image/heic', ...size, orientation: 1 } })
  })

  test('a HEIF that libheif wrote is read as well as one made by hand', async () => {
    const file = await encode('avif', 120, 80)
    // The same container with the brands of plain HEIF: nothing in its structure depends on the codec.
    for (let at = file.indexOf('avif'); at >= 0 && at < 64; at = file.indexOf('avif', at)) file.write('mif1', at, 'latin1')
    expect(await inspect(file)).toEqual({ ok: true, image: { mimeType: 'image/heif', width: 120, height: 80, orientation: 1 } })
  })
})

describe('files that are refused, in words', () => {
  test.each([
    ['GIF', encode('gif', 5, 5), 'unsupported_media_type: The file is a GIF;'],
    ['AVIF', encode('avif', 16, 16), 'unsupported_media_type: The file is an AVIF;'],
    ['PDF', Buffer.from('%PDF-1.7 …'), 'unsupported_media_type: The file is a PDF;'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported_media_type: The file is an SVG;'],
    ['video', heifFile({ brands: ['isom', 'mp42'], width: 1, height: 1 }), 'unsupported_media_type: The file is a video'],
    ['text', Buffer.from('hello'), 'unsupported_media_type: The file is of an unknown kind;'],
    ['one byte', Buffer.from([0x89]), 'unsupported_media_type: The file is of an unknown kind;'],
    ['empty file', Buffer.alloc(0), 'unreadable_image: The image is empty'],
  ])('%s', async (_, bytes, words) => {
    expect(await refusalOf(await bytes)).toContain(words)
  })

  test('what a file calls itself does not count, what it holds does', async () => {
    const png = await encode('png', 8, 8)
    expect(await refusalOf(Buffer.concat([Buffer.from('ÿØÿ', 'latin1'), png]))).toContain('unreadable_image: The JPEG')
  })

  test('a PNG with a damaged, absurd or missing header, or no data', async () => {
    const png = await encode('png', 8, 8)
    const flipped = Buffer.from(png)
    flipped[18] = 0x7f
    const absurd = Buffer.from(png.subarray(16, 29))
    absurd[8] = 3
    const withHeader = (chunk: Buffer) => Buffer.concat([png.subarray(0, 8), chunk, png.subarray(33)])
    expect(await refusalOf(flipped)).toContain('The header of the PNG is damaged')
    expect(await refusalOf(withHeader(pngChunk('IHDR', absurd)))).toContain('no picture that PNG can hold')
    expect(await refusalOf(withHeader(pngChunk('tEXt', Buffer.alloc(13))))).toContain('does not begin with its header')
    expect(await refusalOf(Buffer.concat([png.subarray(0, 33), pngChunk('IEND')]))).toContain('no image data')
  })

  test('a JPEG without a frame header, or with a damaged one', async () => {
    const jpeg = await encode('jpeg', 8, 8)
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    const frameless = Buffer.concat([jpeg.subarray(0, frame), jpeg.subarray(frame + 2 + jpeg.readUInt16BE(frame + 2))])
    expect(await refusalOf(frameless)).toContain('The JPEG has a scan but no frame header')
    expect(await refusalOf(Buffer.from([0xff, 0xd8, 0xff, 0xd9]))).toContain('The JPEG has no frame header')
    expect(await refusalOf(Buffer.from(jpeg).fill(9, frame + 9, frame + 10))).toContain('frame header of the JPEG is damaged')
    expect(await refusalOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0]))).toContain('impossible length')
  })

  test('a WebP with a chunk longer than the file, or no image', async () => {
    const webp = await encode('webp', 8, 8)
    const bad = Buffer.from(webp)
    bad.writeUInt32LE(0x7fffffff, 16)
    const broken = Buffer.from(webp).fill(0, 23, 26)
    const hollow = riffChunk(
      'RIFF',
      Buffer.concat([Buffer.from('WEBP'), riffChunk('VP8X', Buffer.alloc(10)), riffChunk('XMP ', Buffer.alloc(20))]),
    )
    expect(await refusalOf(bad)).toContain('a chunk that is longer than the file')
    expect(await refusalOf(broken)).toContain('The VP8 frame of the WebP is damaged')
    expect(await refusalOf(hollow)).toContain('The WebP has no image data')
  })

  test('a HEIC that describes no picture', async () => {
    const heic = heifFile({ width: 10, height: 10 })
    for (const box of ['meta', 'pitm', 'iprp', 'ipco']) {
      const file = Buffer.from(heic)
      file.write('free', file.indexOf(box), 'latin1')
      expect(await refusalOf(file)).toMatch(/^unreadable_image/)
    }
  })

  test.each([
    ['PNG', pngHeaderOf(0, 10)],
    ['HEIC', heifFile({ width: 0, height: 10 })],
  ])('a %s without pixels', async (_, file) => {
    expect(await refusalOf(file)).toBe('unreadable_image: The image has no pixels')
  })
})

describe('limits, checked before anything is decoded', () => {
  test('a file over 50 MB is refused without being read', async () => {
    const source: ByteSource = { size: 50 * 1024 * 1024 + 1, read: () => Promise.reject(new Error('it was read')) }
    expect(await inspectImage(source)).toMatchObject({ ok: false, refusal: { code: 'payload_too_large' } })
  })

  test('more than 100 megapixels are refused, 100 are not', async () => {
    expect(await refusalOf(pngHeaderOf(10_000, 10_001))).toContain('payload_too_large: The image is 10000 × 10001 pixels')
    expect(await refusalOf(pngHeaderOf(10_000, 10_000))).toBe('accepted')
    expect(await refusalOf(heifFile({ width: 0xffffffff, height: 0xffffffff }))).toContain('payload_too_large')
  })
})

describe('hostile and broken files', () => {
  test.each([...FORMATS, 'heic'] as const)('a %s cut at any byte is refused, never an exception', async (format) => {
    const file = format === 'heic' ? heifFile({ width: 9, height: 9 }) : await encode(format, 12, 9, 6)
    expect(await refusalOf(file)).toBe('accepted')
    for (let length = 0; length < file.length; length++) {
      expect(await refusalOf(file.subarray(0, length)), `cut at ${length}`).toMatch(/^(unreadable_image|unsupported_media_type): /)
    }
  })

  test.each([...FORMATS, 'heic'] as const)('a %s with any bytes changed gets an answer, never an exception', async (format) => {
    const file = format === 'heic' ? heifFile({ width: 9, height: 9 }) : await encode(format, 12, 9, 6)
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const broken = Buffer.from(file)
        for (const [at, byte] of changes) broken[at] = byte
        expect(await inspect(broken)).toHaveProperty('ok')
      }),
      { numRuns: 2_000 },
    )
  })

  const EMPTY_PNG_CHUNK = pngChunk('tEXt')
  const TINY_SEGMENT = [0xff, 0xe1, 0, 2]
  test.each([
    { what: 'a JPEG of fill bytes', start: [0xff, 0xd8], filler: () => 0xff },
    { what: 'a JPEG of tiny segments', start: [0xff, 0xd8], filler: (at: number) => TINY_SEGMENT[(at - 2) % 4] ?? 0 },
    {
      what: 'a PNG of empty chunks',
      start: pngHeaderOf(1, 1).subarray(0, 33),
      filler: (at: number) => EMPTY_PNG_CHUNK[(at - 33) % 12] ?? 0,
    },
    {
      what: 'a HEIF of empty boxes',
      start: heifFile({ width: 1, height: 1 }).subarray(0, 24),
      filler: (at: number) => [0, 0, 0, 8, 102, 114, 101, 101][at % 8] ?? 0,
    },
  ])('$what is given up after a part of it', async ({ what, start, filler }) => {
    const source = longFile(Uint8Array.from(start), 20 * 1024 * 1024, filler)
    expect(await inspectImage(source), what).toMatchObject({ ok: false, refusal: { code: 'unreadable_image' } })
    expect(source.readBytes).toBeLessThan(1024 * 1024)
  })

  test('a long picture is judged from its two ends', async () => {
    const jpeg = await encode('jpeg', 100, 100)
    const scan = jpeg.subarray(0, jpeg.indexOf(Buffer.from([0xff, 0xda])) + 14)
    const size = 40 * 1024 * 1024
    const source = longFile(scan, size, (at) => (at === size - 2 ? 0xff : at === size - 1 ? 0xd9 : 0x55))
    expect(await inspectImage(source)).toMatchObject({ ok: true, image: { width: 100, height: 100 } })
    expect(source.readBytes).toBeLessThanOrEqual(128 * 1024)
  })
})
