import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type ByteSource, memorySource } from '../../src/media/byte-source.ts'
import { inspectImage } from '../../src/media/inspect-image.ts'
import { isStrippable, stripMetadata, strippedBytes } from '../../src/media/strip-metadata.ts'
import { encode, jpegSegment, picture, pngChunk, riffChunk, spliced } from './picture-files.ts'

const FORMATS = ['jpeg', 'png', 'webp'] as const
type Format = (typeof FORMATS)[number]

const SECRETS = ['GPSSECRET', 'CAMERASECRET', 'XMPSECRET', 'COMMENTSECRET', 'TRAILINGSECRET']

async function strip(file: Uint8Array, format: Format): Promise<{ bytes: Buffer; changed: boolean }> {
  const source = memorySource(file)
  const image = await stripMetadata(source, `image/${format}`)
  const pieces: Uint8Array[] = []
  for await (const piece of strippedBytes(source, image)) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  expect(bytes.length).toBe(image.bytes)
  return { bytes, changed: image.changed }
}

const EXTRAS: Record<Format, (file: Buffer) => Buffer> = {
  jpeg: (file) => {
    const photoshop = jpegSegment(0xed, Buffer.from('Photoshop 3.0\0CAMERASECRET'))
    const maker = jpegSegment(0xe5, Buffer.from('maker CAMERASECRET'))
    const multiPicture = jpegSegment(0xe2, Buffer.from('MPF\0CAMERASECRET'))
    return spliced(file, 2, Buffer.concat([photoshop, maker, multiPicture, jpegSegment(0xfe, Buffer.from('COMMENTSECRET'))]))
  },
  png: (file) => {
    const texts = ['tEXt', 'zTXt', 'iTXt'].map((type) => pngChunk(type, Buffer.from('Comment\0COMMENTSECRET')))
    const time = pngChunk('tIME', Buffer.from([7, 0xe6, 1, 1, 1, 1, 1]))
    const xmp = pngChunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0XMPSECRET'))
    return spliced(file, 33, Buffer.concat([...texts, xmp, time, pngChunk('caBX', Buffer.from('CAMERASECRET'))]))
  },
  webp: (file) => {
    const longer = Buffer.concat([file, riffChunk('COMM', Buffer.from('COMMENTSECRET'))])
    longer.writeUInt32LE(longer.length - 8, 4)
    return longer
  },
}

/** A picture with everything a phone and an editor leave in it, and a film behind its end. */
async function telltale(format: Format, orientation?: number): Promise<Buffer> {
  const file = await picture(60, 40)
    .toFormat(format)
    .withExif({ IFD0: { Make: 'CAMERASECRET' }, IFD3: { GPSMapDatum: 'GPSSECRET' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">XMPSECRET</x:xmpmeta>')
    .withIccProfile('p3')
    .withMetadata(orientation === undefined ? {} : { orientation })
    .toBuffer()
  return Buffer.concat([EXTRAS[format](file), Buffer.from('TRAILINGSECRET')])
}

/** What one sees: pixels turned upright. */
function seen(file: Uint8Array): Promise<Buffer> {
  return sharp(file).autoOrient().raw().toBuffer()
}

describe.each(FORMATS)('a %s without its metadata', (format) => {
  test('tells nothing of place, camera, editor or comments', async () => {
    const file = await telltale(format, 6)
    for (const secret of SECRETS) expect(file.includes(secret), `${secret} before`).toBe(true)
    const { bytes, changed } = await strip(file, format)
    for (const secret of SECRETS) expect(bytes.includes(secret), secret).toBe(false)
    const { xmp, iptc, comments } = await sharp(bytes).metadata()
    expect({ changed, xmp, iptc, comments }).toEqual({ changed: true })
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('looks the same with orientation %i, pixel by pixel', async (orientation) => {
    const file = await telltale(format, orientation)
    const { bytes } = await strip(file, format)
    expect((await seen(bytes)).equals(await seen(file))).toBe(true)
    expect(await inspectImage(memorySource(bytes))).toEqual(await inspectImage(memorySource(file)))
    expect((await sharp(bytes).metadata()).orientation ?? 1).toBe(orientation)
  })

  test('keeps its colour profile', async () => {
    const file = await telltale(format)
    const before = (await sharp(file).metadata()).icc
    expect(before?.length).toBeGreaterThan(100)
    expect((await sharp((await strip(file, format)).bytes).metadata()).icc).toEqual(before)
  })

  test('is the same bytes when stripped again', async () => {
    const once = await strip(await telltale(format, 3), format)
    expect((await strip(once.bytes, format)).bytes.equals(once.bytes)).toBe(true)
  })

  test('that had none is left as it is', async () => {
    const file = await encode(format, 60, 40)
    const { bytes, changed } = await strip(file, format)
    expect(changed).toBe(false)
    expect(bytes.equals(file)).toBe(true)
  })

  test('with any bytes changed is stripped or called unreadable, nothing else', async () => {
    const file = await telltale(format, 6)
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const broken = Buffer.from(file)
        for (const [at, byte] of changes) broken[at] = byte
        const failure = await strip(broken, format).catch((error: unknown) => error)
        expect(failure instanceof Error ? failure.name : 'stripped').toMatch(/^(UnreadableImage|stripped)$/)
      }),
      { numRuns: 500 },
    )
  })

  test('that is cut short is an error, not half a picture', async () => {
    const file = await encode(format, 60, 40)
    await expect(stripMetadata(memorySource(file.subarray(0, -10)), `image/${format}`)).rejects.toThrow(/ends|shorter/)
  })
})

test('transparency and animation stay', async () => {
  const see = sharp(await encode('png', 20, 20)).ensureAlpha(0.5)
  for (const format of ['png', 'webp'] as const) {
    const file = await see
      .clone()
      .withExif({ IFD0: { Make: 'CAMERASECRET' } })
      .toFormat(format)
      .toBuffer()
    expect((await seen((await strip(file, format)).bytes)).equals(await seen(file))).toBe(true)
  }
  const frames = [await encode('png', 20, 20), await encode('jpeg', 20, 20)]
  const film = await sharp(frames, { join: { animated: true } })
    .withExif({ IFD0: { Make: 'CAMERASECRET' } })
    .webp()
    .toBuffer()
  const { bytes } = await strip(film, 'webp')
  expect(bytes.includes('CAMERASECRET')).toBe(false)
  expect((await sharp(bytes, { animated: true }).raw().toBuffer()).equals(await sharp(film, { animated: true }).raw().toBuffer())).toBe(
    true,
  )
})

test('every scan of a progressive JPEG stays, comments between them go', async () => {
  const file = await picture(200, 200).jpeg({ progressive: true, quality: 90 }).toBuffer()
  const secondScan = file.indexOf(Buffer.from([0xff, 0xda]), file.indexOf(Buffer.from([0xff, 0xda])) + 2)
  const table = file.lastIndexOf(Buffer.from([0xff, 0xc4]), secondScan)
  const { bytes } = await strip(spliced(file, table, jpegSegment(0xfe, Buffer.from('COMMENTSECRET'))), 'jpeg')
  expect(bytes.equals(file)).toBe(true)
})

test('a large picture passes through in pieces', async () => {
  const noise = await sharp(randomBytes(1500 * 1500 * 3), { raw: { width: 1500, height: 1500, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
  const file = spliced(noise, 33, pngChunk('tEXt', Buffer.from('Comment\0COMMENTSECRET')))
  const memory = memorySource(file)
  let longest = 0
  const source: ByteSource = {
    size: file.length,
    read(at, length) {
      longest = Math.max(longest, length)
      return memory.read(at, length)
    },
  }
  const image = await stripMetadata(source, 'image/png')
  let bytes = 0
  for await (const piece of strippedBytes(source, image)) bytes += piece.length
  expect(bytes).toBe(noise.length)
  expect(longest).toBeLessThanOrEqual(256 * 1024)
})

test('HEIC is not stripped: a JPEG is made of it', () => {
  expect(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'].filter(isStrippable)).toEqual([
    'image/png',
    'image/jpeg',
    'image/webp',
  ])
})
