import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BlobMissing } from '../../src/domain/ports.ts'
import { createImageInspector } from '../../src/media/inspect-image.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { collect, writeBlob } from './blob-store-conformance.ts'
import { encode, jpegSegment, spliced } from './picture-files.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inspect-'))
})
afterAll(() => rm(dir, { recursive: true }))

function inspectorOf() {
  const blobs = createFsBlobStore(dir, { clock: systemClock, random: systemRandom, durable: false })
  return { blobs, inspector: createImageInspector(blobs) }
}

test('an image is judged where it lies, in the blob store', async () => {
  const { blobs, inspector } = inspectorOf()
  const jpeg = await writeBlob(blobs, await encode('jpeg', 300, 200, 6))
  expect(await inspector.inspect(jpeg)).toMatchObject({ ok: true, image: { mimeType: 'image/jpeg', width: 200, height: 300 } })
  const text = await writeBlob(blobs, Buffer.from('no image'))
  expect(await inspector.inspect(text)).toMatchObject({ ok: false, refusal: { code: 'unsupported_media_type' } })
  await expect(inspector.inspect({ sha256: '0'.repeat(64), bytes: 100 })).rejects.toThrow(BlobMissing)
})

test('an image leaves without its metadata, or as it is where it has none', async () => {
  const { blobs, inspector } = inspectorOf()
  const plain = await encode('jpeg', 30, 20)
  const told = await writeBlob(blobs, spliced(plain, 2, jpegSegment(0xfe, Buffer.from('a comment'))))
  const stripped = await inspector.withoutMetadata({ ...told, mimeType: 'image/jpeg' })
  expect(Buffer.concat(await collect(stripped ?? [])).equals(plain)).toBe(true)
  expect(await inspector.withoutMetadata({ ...(await writeBlob(blobs, plain)), mimeType: 'image/jpeg' })).toBeNull()
  expect(await inspector.withoutMetadata({ ...told, mimeType: 'image/heic' })).toBeNull()
})

test('damage that shows only when the whole file is read is the sender’s to mend', async () => {
  const { blobs, inspector } = inspectorOf()
  const png = await encode('png', 30, 20)
  const broken = await writeBlob(blobs, spliced(png, png.length - 12, Buffer.from('garbage between the chunks')))
  await expect(inspector.withoutMetadata({ ...broken, mimeType: 'image/png' })).rejects.toMatchObject({
    problem: { code: 'unreadable_image' },
  })
})
