import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Clock, Random } from '../../src/domain/ports.ts'
import { blobKey } from '../../src/media/blob-name.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { describeBlobStore, readBlob, sha256Of, writeBlob } from '../media/blob-store-conformance.ts'

const NOW_MS = Date.parse('2026-11-20T12:00:00Z')
const HOUR_MS = 3_600_000
const clock: Clock = { nowMs: () => NOW_MS, sleep: async () => {} }
const random: Random = { bytes: (count) => randomBytes(count) }
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'blobs-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function make(durable = false) {
  const root = join(await mkdtemp(join(dir, 'store-')), 'media')
  const at = (ms: number) => new Date(NOW_MS - ms)
  return {
    root,
    store: createFsBlobStore(root, { clock, random, durable }),
    age: (sha256: string, ageMs: number) => utimes(join(root, blobKey(sha256)), at(ageMs), at(ageMs)),
  }
}

describeBlobStore('the file store', make)
describeBlobStore('the file store with fsync', () => make(true))

describe('the file store on its disk:', () => {
  test('a blob is one file, and no temporary file stays', async () => {
    const { root, store } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(1000))
    const aborted = await store.open()
    await aborted.write(randomBytes(1000))
    await aborted.abort()
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    expect(files.map((entry) => entry.name)).toEqual([sha256])
  })

  test('the leftovers of dead writers go after an hour, those of living ones stay', async () => {
    const { root, store } = await make()
    await mkdir(join(root, 'tmp'), { recursive: true })
    for (const [name, ageMs] of [
      ['dead', HOUR_MS + 1],
      ['alive', HOUR_MS - 1000],
    ] as const) {
      await writeFile(join(root, 'tmp', name), 'half of a picture')
      await utimes(join(root, 'tmp', name), new Date(NOW_MS - ageMs), new Date(NOW_MS - ageMs))
    }
    await (await store.open()).abort()
    expect(await readdir(join(root, 'tmp'))).toEqual(['alive'])
  })

  test('a blob that a dying remove had set aside is there again after a restart', async () => {
    const { root, store } = await make()
    const { sha256 } = await writeBlob(store, Buffer.from('kept'))
    await rename(join(root, blobKey(sha256)), join(root, 'tmp', `${sha256}.0123`))
    const restarted = createFsBlobStore(root, { clock, random, durable: false })
    await (await restarted.open()).abort()
    expect((await readBlob(restarted, sha256)).toString()).toBe('kept')
  })

  test('a writer that comes in the middle of a removal keeps its blob', async () => {
    const { store, age } = await make()
    const bytes = randomBytes(1000)
    for (let round = 0; round < 200; round++) {
      await writeBlob(store, bytes)
      await age(sha256Of(bytes), 2 * HOUR_MS)
      const writer = await store.open()
      await writer.write(bytes)
      await Promise.all([store.remove(sha256Of(bytes), NOW_MS - HOUR_MS), writer.commit()])
      expect(await store.size(sha256Of(bytes))).toBe(1000)
    }
  })

  test('a folder that cannot be written to is an error, not a lost blob', async () => {
    const file = join(dir, 'a-file')
    await writeFile(file, '')
    const store = createFsBlobStore(join(file, 'media'), { clock, random })
    await expect(store.open()).rejects.toThrow('ENOTDIR')
  })
})
