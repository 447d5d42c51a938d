import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getPlatformProxy } from 'wrangler'
import type { Clock } from '../../src/domain/ports.ts'
import type { R2BucketBinding } from '../../src/media/r2-binding.ts'
import { createR2BlobStore } from '../../src/media/r2-blob-store.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { collect, describeBlobStore, writeBlob } from './blob-store-conformance.ts'

const MIB = 1024 * 1024

let dir: string
let bucket: R2BucketBinding
let dispose: () => Promise<void>
let nowMs = Date.now()
const clock: Clock = { nowMs: () => nowMs, sleep: async () => {} }

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'r2-'))
  const configPath = join(dir, 'wrangler.json')
  const r2 = [{ binding: 'MEDIA', bucket_name: 'media' }]
  await writeFile(configPath, JSON.stringify({ name: 'r2-test', compatibility_date: '2026-01-01', r2_buckets: r2 }))
  const proxy = await getPlatformProxy<{ MEDIA: R2BucketBinding }>({ configPath, persist: false })
  bucket = proxy.env.MEDIA
  dispose = () => proxy.dispose()
})
afterAll(async () => {
  await dispose()
  await rm(dir, { recursive: true })
})

async function keys(): Promise<string[]> {
  return (await bucket.list({})).objects.map((object) => object.key)
}

async function make() {
  for (const key of await keys()) await bucket.delete(key)
  return { store: createR2BlobStore(bucket, { clock, random: systemRandom }) }
}

describeBlobStore('the R2 store', make)

describe('the R2 store in its bucket:', () => {
  test('a large blob leaves no temporary object behind', async () => {
    const { store } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(20 * MIB), 3 * MIB)
    expect(await keys()).toEqual([`${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`])
  })

  test('temporary objects of dead writers go after an hour, when the store is listed', async () => {
    const { store } = await make()
    const digest = await writeBlob(store, Buffer.from('a part'))
    await bucket.put('tmp/0123', Buffer.from('a part'), { sha256: digest.sha256 })
    expect(await collect(store.list())).toHaveLength(1)
    expect(await keys()).toHaveLength(2)
    nowMs = Date.now() + 3_700_000
    expect(await collect(store.list())).toHaveLength(1)
    expect(await keys()).toHaveLength(1)
  })

  test('more blobs than one page holds are listed, each once', async () => {
    const { store } = await make()
    const small: R2BucketBinding = Object.assign(Object.create(bucket), {
      list: (options: object) => bucket.list({ ...options, limit: 2 }),
    })
    for (let n = 0; n < 5; n++) await writeBlob(store, Buffer.from(`blob ${n}`))
    const listed = await collect(createR2BlobStore(small, { clock, random: systemRandom }).list())
    expect(new Set(listed.map((blob) => blob.sha256)).size).toBe(5)
    expect(listed).toHaveLength(5)
  })
})
