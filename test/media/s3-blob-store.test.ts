import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlobStore } from '../../src/domain/ports.ts'
import { blobKey } from '../../src/media/blob-name.ts'
import { createS3BlobStore } from '../../src/media/s3-blob-store.ts'
import { createS3Client, type Fetch, type S3Place } from '../../src/media/s3-client.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { collect, describeBlobStore, readBlob, sha256Of, writeBlob } from './blob-store-conformance.ts'

/** s3rver's one account; it checks signatures. */
const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: null }
const MIB = 1024 * 1024

let server: S3rver
let directory: string
let endpoint: string
let buckets = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-'))
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory })
  const { port } = await server.run()
  endpoint = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

async function makePlace(): Promise<S3Place> {
  const bucket = `bucket-${buckets++}`
  await server.store.putBucket(bucket)
  return { endpoint, bucket, region: 'us-east-1', credentials: CREDENTIALS }
}

async function make(options: { fetch?: Fetch } = {}) {
  const place = await makePlace()
  const store = createS3BlobStore(place, { fetch: options.fetch ?? fetch, clock: systemClock, random: systemRandom })
  const age = async (key: string, ageMs: number) => {
    const at = new Date(Date.now() - ageMs)
    for (const part of ['object', 'metadata.json']) await utimes(join(directory, place.bucket, `${key}._S3rver_${part}`), at, at)
  }
  return { place, store, age: (sha256: string, ageMs: number) => age(blobKey(sha256), ageMs), ageObject: age }
}

async function filesOf({ bucket }: S3Place): Promise<string[]> {
  const files = await readdir(join(directory, bucket), { recursive: true, withFileTypes: true })
  return files.filter((file) => file.isFile() && file.name.endsWith('_S3rver_object')).map((file) => file.name.split('.')[0] ?? '')
}

describeBlobStore('the S3 store', make)

describe('the S3 store and its service:', () => {
  test('a large blob leaves no temporary object behind', async () => {
    const { store, place } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(20 * MIB), 3 * MIB)
    expect(await filesOf(place)).toEqual([sha256])
  })

  test('an abandoned upload in parts is called off', async () => {
    const deleted: string[] = []
    const watching: Fetch = (url, init) => {
      if (init.method === 'DELETE') deleted.push(new URL(url).search)
      return fetch(url, init)
    }
    const { store } = await make({ fetch: watching })
    const writer = await store.open()
    await writer.write(randomBytes(9 * MIB))
    await writer.abort()
    expect(deleted).toEqual([expect.stringMatching(/^\?uploadId=.+/)])
  })

  test('a list is followed page by page to its end', async () => {
    const [first, second] = [sha256Of(Buffer.from('1')), sha256Of(Buffer.from('2'))]
    const tokens: (string | null)[] = []
    const page = (sha256: string, token: string) => {
      const object = `<Key>${blobKey(sha256)}</Key><LastModified>2026-11-20T12:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size>`
      return new Response(`<ListBucketResult>${token}<Contents>${object}</Contents></ListBucketResult>`)
    }
    // By hand: s3rver's own page tokens need a cipher that OpenSSL 3 has no more.
    const pages: Fetch = async (url) => {
      tokens.push(new URL(url).searchParams.get('continuation-token'))
      return tokens.length === 1 ? page(first, '<NextContinuationToken>1/a&amp;b=</NextContinuationToken>') : page(second, '')
    }
    const { store } = await make({ fetch: pages })
    const writtenAtMs = Date.parse('2026-11-20T12:00:00Z')
    expect(await collect(store.list())).toEqual([first, second].map((sha256) => ({ sha256, bytes: 1, writtenAtMs })))
    expect(tokens).toEqual([null, '1/a&b='])
  })

  test('temporary objects of dead writers go after an hour, when the store is listed', async () => {
    const { store, place, ageObject } = await make()
    const s3 = createS3Client(place, { fetch, clock: systemClock })
    for (const name of ['dead', 'alive']) await s3({ method: 'PUT', key: `tmp/${name}`, body: Buffer.from('a part') })
    await ageObject('tmp/dead', 3_601_000)
    expect(await collect(store.list())).toEqual([])
    expect(await filesOf(place)).toEqual(['alive'])
  })

  test('a wrong secret is refused, and not told', async () => {
    const place = { ...(await makePlace()), credentials: { ...CREDENTIALS, secretAccessKey: 'not the secret' } }
    const store = createS3BlobStore(place, { fetch, clock: systemClock, random: systemRandom })
    await expect(writeBlob(store, Buffer.from('x'))).rejects.toThrow('S3 answered PUT with 403 SignatureDoesNotMatch')
  })

  test('a bucket that is not there is an error, not a missing blob', async () => {
    const place = { ...(await makePlace()), bucket: 'nobody-made-this' }
    const store = createS3BlobStore(place, { fetch, clock: systemClock, random: systemRandom })
    await expect(readBlob(store, sha256Of(Buffer.from('x')))).rejects.toThrow('404 NoSuchBucket')
  })
})

describe('a service that stumbles:', () => {
  const SLOW_DOWN = '<Error><Code>SlowDown</Code></Error>'

  /** Answers `count` requests of the method itself before it lets any through. */
  function stumbling(method: string, count: number, answer: () => Response): Fetch {
    let left = count
    return async (url, init) => (init.method === method && left-- > 0 ? answer() : fetch(url, init))
  }

  async function storeWith(stumble: Fetch): Promise<{ store: BlobStore; waitedMs: number[] }> {
    const waitedMs: number[] = []
    const clock = { nowMs: Date.now, sleep: async (ms: number) => void waitedMs.push(ms) }
    return { store: createS3BlobStore(await makePlace(), { fetch: stumble, clock, random: systemRandom }), waitedMs }
  }

  test('is asked again, with growing waits', async () => {
    const { store, waitedMs } = await storeWith(stumbling('PUT', 3, () => new Response(SLOW_DOWN, { status: 503 })))
    const bytes = randomBytes(1000)
    const { sha256 } = await writeBlob(store, bytes)
    expect((await readBlob(store, sha256)).equals(bytes)).toBe(true)
    expect(waitedMs).toEqual([100, 200, 400])
  })

  test('is asked again after a broken connection', async () => {
    const broken = stumbling('PUT', 1, () => {
      throw new TypeError('fetch failed')
    })
    const { store } = await storeWith(broken)
    expect((await writeBlob(store, Buffer.from('x'))).bytes).toBe(1)
  })

  test('is given up after four tries', async () => {
    const { store } = await storeWith(stumbling('PUT', 4, () => new Response(SLOW_DOWN, { status: 503 })))
    await expect(writeBlob(store, Buffer.from('x'))).rejects.toThrow('503 SlowDown')
  })

  test('an error within a 200 is an error: nothing is committed that was not copied', async () => {
    const copies = (init: RequestInit) => init.method === 'PUT' && new Headers(init.headers).has('x-amz-copy-source')
    const { store } = await storeWith(async (url, init) =>
      copies(init) ? new Response('<Error><Code>InternalError</Code></Error>') : fetch(url, init),
    )
    await expect(writeBlob(store, randomBytes(9 * MIB), MIB)).rejects.toThrow('InternalError')
    expect(await collect(store.list())).toEqual([])
  })
})
