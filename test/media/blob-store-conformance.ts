/** What every blob store must do. Each store's own test file calls this with a way to make an empty one. */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BlobMissing, type BlobStore } from '../../src/domain/ports.ts'

export interface StoreUnderTest {
  store: BlobStore
  /** Makes the blob look as if it had been written `ageMs` ago. Absent where the store offers no way. */
  age?: (sha256: string, ageMs: number) => Promise<void>
}

const MIB = 1024 * 1024

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes `bytes` in pieces of `pieceBytes` and commits. */
export async function writeBlob(store: BlobStore, bytes: Uint8Array, pieceBytes = 48 * 1024): Promise<{ sha256: string; bytes: number }> {
  const writer = await store.open()
  for (let at = 0; at < bytes.length; at += pieceBytes) await writer.write(bytes.subarray(at, at + pieceBytes))
  return writer.commit()
}

export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function readBlob(store: BlobStore, sha256: string, range?: { start: number; end: number }): Promise<Buffer> {
  return Buffer.concat(await collect(store.read(sha256, range)))
}

async function namesIn(store: BlobStore): Promise<string[]> {
  return (await collect(store.list())).map((blob) => blob.sha256).sort()
}

export function describeBlobStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a blob store:`, () => {
    describeWriting(make)
    describeReading(make)
    describeRemoving(make)
  })
}

function describeWriting(make: () => Promise<StoreUnderTest>): void {
  test('what was written is read back, named by its SHA-256', async () => {
    const { store } = await make()
    const bytes = randomBytes(700_001)
    const written = await writeBlob(store, bytes)
    expect(written).toEqual({ sha256: sha256Of(bytes), bytes: 700_001 })
    expect(await store.size(written.sha256)).toBe(700_001)
    expect((await readBlob(store, written.sha256)).equals(bytes)).toBe(true)
  })

  test('nothing is visible before commit, and nothing is left after abort', async () => {
    const { store } = await make()
    const bytes = randomBytes(300_000)
    const writer = await store.open()
    await writer.write(bytes)
    expect(await store.size(sha256Of(bytes))).toBeNull()
    expect(await namesIn(store)).toEqual([])
    await writer.abort()
    expect(await store.size(sha256Of(bytes))).toBeNull()
    expect(await namesIn(store)).toEqual([])
  })

  test('a large blob aborted half way leaves nothing', async () => {
    const { store } = await make()
    const writer = await store.open()
    for (let n = 0; n < 20; n++) await writer.write(randomBytes(MIB))
    await writer.abort()
    await writer.abort()
    expect(await namesIn(store)).toEqual([])
  })

  test('an ended writer takes no more', async () => {
    const { store } = await make()
    const writer = await store.open()
    await writer.write(Buffer.from('once'))
    const { sha256 } = await writer.commit()
    await expect(writer.write(Buffer.from('more'))).rejects.toThrow('ended')
    await expect(writer.commit()).rejects.toThrow('ended')
    await writer.abort()
    expect((await readBlob(store, sha256)).toString()).toBe('once')
  })

  test('the caller may use its buffer again once write has returned', async () => {
    const { store } = await make()
    const piece = Buffer.alloc(1000)
    const writer = await store.open()
    for (let n = 0; n < 3; n++) await writer.write(piece.fill(n))
    piece.fill(9)
    const { sha256 } = await writer.commit()
    expect(await readBlob(store, sha256)).toEqual(Buffer.concat([Buffer.alloc(1000, 0), Buffer.alloc(1000, 1), Buffer.alloc(1000, 2)]))
  })

  test('the same content written twice is one blob', async () => {
    const { store } = await make()
    const bytes = randomBytes(100_000)
    const first = await writeBlob(store, bytes)
    const second = await writeBlob(store, bytes, 7_777)
    expect(second).toEqual(first)
    expect(await namesIn(store)).toEqual([first.sha256])
  })

  test('many writers of the same content at once end with one whole blob', async () => {
    const { store } = await make()
    const bytes = randomBytes(400_000)
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => writeBlob(store, bytes, 10_000 + n)))
    expect(new Set(results.map((result) => result.sha256))).toEqual(new Set([sha256Of(bytes)]))
    expect(await namesIn(store)).toEqual([sha256Of(bytes)])
    expect((await readBlob(store, sha256Of(bytes))).equals(bytes)).toBe(true)
  })

  test('an empty blob is a blob', async () => {
    const { store } = await make()
    const written = await writeBlob(store, new Uint8Array())
    expect(written).toEqual({ sha256: sha256Of(new Uint8Array()), bytes: 0 })
    expect(await store.size(written.sha256)).toBe(0)
    expect(await readBlob(store, written.sha256)).toHaveLength(0)
  })

  test('a blob of 30 MB goes in and out in pieces', async () => {
    const { store } = await make()
    const piece = randomBytes(MIB)
    const hash = createHash('sha256')
    const writer = await store.open()
    for (let n = 0; n < 30; n++) {
      piece.writeUInt32LE(n)
      hash.update(piece)
      await writer.write(piece)
    }
    const { sha256, bytes } = await writer.commit()
    expect({ sha256, bytes }).toEqual({ sha256: hash.digest('hex'), bytes: 30 * MIB })
    const readBack = createHash('sha256')
    for await (const part of store.read(sha256)) readBack.update(part)
    expect(readBack.digest('hex')).toBe(sha256)
    expect(await namesIn(store)).toEqual([sha256])
  }, 60_000)
}

function describeReading(make: () => Promise<StoreUnderTest>): void {
  test('pieces are at most 256 KiB', async () => {
    const { store } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(3 * MIB + 17), MIB)
    const sizes = (await collect(store.read(sha256))).map((piece) => piece.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3 * MIB + 17)
  })

  test.each([
    { start: 0, end: 0 },
    { start: 5, end: 9 },
    { start: 262_143, end: 262_145 },
    { start: 599_999, end: 599_999 },
    { start: 599_990, end: 900_000 },
    { start: 600_000, end: 600_001 },
  ])('the range $start to $end is those bytes, as far as there are any', async (range) => {
    const { store } = await make()
    const bytes = randomBytes(600_000)
    const { sha256 } = await writeBlob(store, bytes)
    const found = await readBlob(store, sha256, range)
    expect(found.equals(bytes.subarray(range.start, range.end + 1))).toBe(true)
  })

  test('a reader that stops early does no harm', async () => {
    const { store } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(2 * MIB))
    for await (const piece of store.read(sha256)) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    expect(await store.size(sha256)).toBe(2 * MIB)
  })

  test('a blob that is not there is BlobMissing, and has no size', async () => {
    const { store } = await make()
    const sha256 = sha256Of(Buffer.from('nobody wrote this'))
    await expect(readBlob(store, sha256)).rejects.toThrow(BlobMissing)
    await expect(readBlob(store, sha256, { start: 3, end: 4 })).rejects.toThrow(BlobMissing)
    expect(await store.size(sha256)).toBeNull()
  })

  test.each(['../../etc/passwd', 'tmp', '', 'A'.repeat(64)])('the name %j is refused', async (name) => {
    const { store } = await make()
    await expect(store.size(name)).rejects.toThrow(RangeError)
    await expect(readBlob(store, name)).rejects.toThrow(RangeError)
    await expect(store.remove(name, Number.MAX_SAFE_INTEGER)).rejects.toThrow(RangeError)
  })

  test('list tells name, size and time of every blob', async () => {
    const { store } = await make()
    const contents = [1, 2, 3, 4, 5].map((n) => randomBytes(n * 1000))
    for (const bytes of contents) await writeBlob(store, bytes)
    const listed = await collect(store.list())
    expect(new Map(listed.map((blob) => [blob.sha256, blob.bytes]))).toEqual(
      new Map(contents.map((bytes) => [sha256Of(bytes), bytes.length])),
    )
    for (const blob of listed) expect(blob.writtenAtMs).toBeGreaterThan(1_600_000_000_000)
  })
}

function describeRemoving(make: () => Promise<StoreUnderTest>): void {
  test('an old blob is removed, a newer one stays', async () => {
    const { store } = await make()
    const { sha256 } = await writeBlob(store, randomBytes(1000))
    const writtenAtMs = (await collect(store.list()))[0]?.writtenAtMs ?? Number.NaN
    expect(await store.remove(sha256, writtenAtMs - 2_000)).toBe(false)
    expect(await store.size(sha256)).toBe(1000)
    expect(await store.remove(sha256, writtenAtMs + 2_000)).toBe(true)
    expect(await store.size(sha256)).toBeNull()
    await expect(readBlob(store, sha256)).rejects.toThrow(BlobMissing)
  })

  test('removing what is not there counts as removed', async () => {
    const { store } = await make()
    expect(await store.remove(sha256Of(Buffer.from('absent')), Date.now())).toBe(true)
  })

  test('a removed blob can be written again', async () => {
    const { store } = await make()
    const bytes = randomBytes(1000)
    const { sha256 } = await writeBlob(store, bytes)
    await store.remove(sha256, Number.MAX_SAFE_INTEGER)
    await writeBlob(store, bytes)
    expect((await readBlob(store, sha256)).equals(bytes)).toBe(true)
  })

  test('writing old content again makes it new, so that no sweep takes it', async (context) => {
    const { store, age } = await make()
    if (age === undefined) return context.skip('this store offers no way to make a blob look old')
    const bytes = randomBytes(1000)
    const { sha256 } = await writeBlob(store, bytes)
    await age(sha256, 7_200_000)
    const writtenAtMs = (await collect(store.list()))[0]?.writtenAtMs ?? Number.NaN
    await writeBlob(store, bytes)
    expect(await store.remove(sha256, writtenAtMs + 3_600_000)).toBe(false)
    expect((await readBlob(store, sha256)).equals(bytes)).toBe(true)
  })
}
