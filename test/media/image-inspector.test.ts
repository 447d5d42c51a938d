import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BlobMissing } from '../../src/domain/ports.ts'
import { createImageInspector } from '../../src/media/inspect-image.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { writeBlob } from './blob-store-conformance.ts'
import { encode } from './picture-files.ts'

test('an image is judged where it lies, in the blob store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'inspect-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const blobs = createFsBlobStore(dir, { clock: systemClock, random: systemRandom, durable: false })
  const inspector = createImageInspector(blobs)
  const jpeg = await writeBlob(blobs, await encode('jpeg', 300, 200, 6))
  expect(await inspector.inspect(jpeg)).toMatchObject({ ok: true, image: { mimeType: 'image/jpeg', width: 200, height: 300 } })
  const text = await writeBlob(blobs, Buffer.from('no image'))
  expect(await inspector.inspect(text)).toMatchObject({ ok: false, refusal: { code: 'unsupported_media_type' } })
  await expect(inspector.inspect({ sha256: '0'.repeat(64), bytes: 100 })).rejects.toThrow(BlobMissing)
})
