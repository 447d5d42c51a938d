import { createHash, randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../src/db/connect.ts'
import { removeSignatureIfUnnamed } from '../../src/db/session-removal.ts'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { removePiecesPutAside, removeUnnamedSignatures } from '../../src/db/unnamed-rows.ts'
import { BlobMissing, type BlobWriter, type SignatureStore } from '../../src/domain/ports.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { freshDatabase } from '../support/database.ts'

/** As large as the largest recorded one (wire-facts §2.5): 2.9 MB of base64. */
const characters = new Uint8Array(Buffer.from(randomBytes(2_182_381).toString('base64')))
const sha256 = createHash('sha256').update(characters).digest('hex')

/** Of 8,000 bytes; batches of twenty are stored while it arrives, the last when it is whole. */
const rowsInAll = Math.ceil(characters.length / 8_000)
const rowsAside = 20 * Math.floor((characters.length - 1) / 160_000)

async function writeIn(writer: BlobWriter, pieceBytes: number) {
  // One buffer is used again and again, as a reader of the wire does.
  const buffer = new Uint8Array(pieceBytes)
  for (let at = 0; at < characters.length; at += pieceBytes) {
    const piece = characters.subarray(at, at + pieceBytes)
    buffer.set(piece)
    await writer.write(buffer.subarray(0, piece.length))
  }
  return writer.commit()
}

async function readAll(store: SignatureStore, sha256: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(sha256)) pieces.push(piece)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(128 * 1024)
  return Buffer.concat(pieces)
}

const storeIn = (connection: Pick<Connection, 'db' | 'copyIn'>) =>
  createSignatureStore(connection, { clock: systemClock, random: systemRandom })

describe.each([
  { way: 'COPY', copies: 2 },
  { way: 'INSERT', copies: 0 },
])('a signature stored by $way', ({ copies }) => {
  const open = async () => {
    const database = await freshDatabase({ copies })
    return { ...database, store: storeIn(database) }
  }

  it('is read back byte for byte, in small pieces', async () => {
    const { store } = await open()
    expect(await writeIn(await store.open(), 65_536)).toEqual({ sha256, bytes: characters.length })
    expect((await readAll(store, sha256)).equals(characters)).toBe(true)
  })

  it('is kept once, whoever brings it again', async () => {
    const { sql, store } = await open()
    await Promise.all([writeIn(await store.open(), 1 << 20), writeIn(await store.open(), 1 << 20)])
    expect(await sql`select sha256 from signatures`).toEqual([{ sha256 }])
    expect(await sql`select from signature_pieces`).toHaveLength(rowsInAll)
  })

  it('that is found again is as new, so that no sweep takes it before its part is there', async () => {
    const { db, sql, store } = await open()
    const short = async () => {
      const writer = await store.open()
      await writer.write(characters.subarray(0, 10))
      return writer.commit()
    }
    for (const write of [short, async () => writeIn(await store.open(), 1 << 20)]) {
      const { sha256: written } = await write()
      await sql`update signatures set created_at_ms = 1 where sha256 = ${written}`
      await write()
      expect(await removeUnnamedSignatures(db, 2)).toBe(0)
    }
    expect(await sql`select from signature_pieces`).toHaveLength(rowsInAll)
  })

  it('that was given up leaves nothing, and one that is not there is missed', async () => {
    const { sql, store } = await open()
    const writer = await store.open()
    await writer.write(characters.subarray(0, 10))
    await writer.abort()
    expect(await sql`select from signatures`).toHaveLength(0)
    await expect(async () => {
      for await (const piece of store.read(sha256)) expect(piece).toBeUndefined()
    }).rejects.toThrow(BlobMissing)
  })

  it('is stored in pieces while it arrives, of which nothing is left when it is given up', async () => {
    const { sql, store } = await open()
    const [kept, given] = [await store.open(), await store.open()]
    for (const writer of [kept, given]) await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(2 * rowsAside)
    expect(await kept.commit()).toEqual({ sha256, bytes: characters.length })
    await given.abort()
    expect(await sql`select sum(length(characters))::int as bytes from signature_pieces`).toEqual([{ bytes: characters.length }])
    expect(await sql`select characters, bytes from signatures`).toEqual([{ characters: null, bytes: characters.length }])
  })

  it('of every byte that a JSON string may hold, in any encoding, comes back as it was', async () => {
    const { store } = await open()
    for (const length of [224, 300_000]) {
      const odd = Uint8Array.from({ length }, (_, index) => (index % 224) + 32)
      const writer = await store.open()
      await writer.write(odd)
      expect((await readAll(store, (await writer.commit()).sha256)).equals(odd)).toBe(true)
    }
  })

  it('whose pieces were lost in a crash of the server is not kept short, but refused', async () => {
    const { sql, store } = await open()
    const writer = await store.open()
    await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(rowsAside)
    await sql`delete from signature_pieces where ordinal = 3`
    await expect(writer.commit()).rejects.toThrow('lost')
    expect(await sql`select from signatures`).toHaveLength(0)
  })

  it.each([0, 7, rowsInAll - 1])('that has lost its %ith row is missed, not read short', async (ordinal) => {
    const { sql, store } = await open()
    await writeIn(await store.open(), 65_536)
    await sql`delete from signature_pieces where ordinal = ${ordinal}`
    await expect(readAll(store, sha256)).rejects.toThrow(BlobMissing)
  })

  it('each of whose writes is repeated, since the first answer was lost on the way, is whole, and there once', async () => {
    const { sql, store } = await open()
    const twice = async <Result>(write: () => Promise<Result>) => {
      await write()
      return write()
    }
    const short = await store.open(twice)
    await short.write(characters.subarray(0, 10))
    await short.commit()
    expect(await writeIn(await store.open(twice), 65_536)).toEqual({ sha256, bytes: characters.length })
    expect(await sql`select from signatures`).toHaveLength(2)
    expect(await sql`select from signature_pieces`).toHaveLength(rowsInAll)
    // Brought again, its rows are gone by the time of the repetition.
    expect(await writeIn(await store.open(twice), 65_536)).toEqual({ sha256, bytes: characters.length })
    expect(await sql`select from signature_pieces`).toHaveLength(rowsInAll)
    expect((await readAll(store, sha256)).equals(characters)).toBe(true)
  })

  it('goes with its pieces when nothing names it, and only then', async () => {
    const { db, sql, store } = await open()
    const laterMs = systemClock.nowMs() + 1_000
    await writeIn(await store.open(), 1 << 20)
    const [kept] = await sql<{ upload: string }[]>`select upload from signatures`
    const given = await store.open()
    await given.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(rowsInAll + rowsAside)
    expect(await removePiecesPutAside(db, laterMs)).toBe(rowsAside)
    expect(await sql`select distinct upload from signature_pieces`).toEqual([kept])
    expect(await removeUnnamedSignatures(db, laterMs)).toBe(1)
    expect(await sql`select from signature_pieces`).toHaveLength(0)
    await writeIn(await store.open(), 1 << 20)
    await removeSignatureIfUnnamed(db, sha256)
    expect(await sql`select from signatures`).toHaveLength(0)
    expect(await sql`select from signature_pieces`).toHaveLength(0)
  })

  it('fills pages of its table, and goes nowhere else', async () => {
    const { sql, store } = await open()
    await writeIn(await store.open(), 65_536)
    const [sizes] = await sql<{ pages: number; toast: number }[]>`
      select pg_relation_size(oid)::int / 8192 as pages, pg_relation_size(reltoastrelid)::int as toast
      from pg_class where oid = 'signature_pieces'::regclass`
    expect(sizes?.toast).toBe(0)
    // The table grows by several pages at once.
    expect(sizes?.pages).toBeLessThan(1.1 * rowsInAll)
  })
})

describe('a signature', () => {
  it('that an earlier version stored whole is read as well', async () => {
    const database = await freshDatabase()
    await database.sql`insert into signatures (sha256, characters, created_at_ms) values (${sha256}, ${Buffer.from(characters)}, 1)`
    expect((await readAll(storeIn(database), sha256)).equals(characters)).toBe(true)
  })

  it('that an earlier version stored in longer rows is read as well', async () => {
    const database = await freshDatabase()
    const rowBytes = 120 * 1024
    for (let at = 0; at < characters.length; at += rowBytes) {
      const text = Buffer.from(characters.subarray(at, at + rowBytes)).toString('latin1')
      await database.sql`
        insert into signature_pieces (upload, ordinal, characters, bytes, created_at_ms)
        values ('old', ${at / rowBytes}, ${text}, ${text.length}, 1)`
    }
    await database.sql`insert into signatures (sha256, upload, bytes, created_at_ms) values (${sha256}, 'old', ${characters.length}, 1)`
    expect((await readAll(storeIn(database), sha256)).equals(characters)).toBe(true)
  })

  it('is stored uncompressed', async () => {
    const { sql } = await freshDatabase()
    const columns = await sql`
      select attstorage as storage from pg_attribute
      where attrelid in ('signatures'::regclass, 'signature_pieces'::regclass) and attname = 'characters'`
    expect(columns).toEqual([{ storage: 'e' }, { storage: 'e' }])
  })
})

type Failing = (copy: () => Promise<void>, nth: number) => Promise<void>

const lost = new Error('the answer was lost')

async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

const FAILURES: [what: string, failing: Failing][] = [
  ['fails before anything is stored', () => Promise.reject(lost)],
  [
    'is carried out, though its answer is lost',
    async (copy) => {
      await copy()
      throw lost
    },
  ],
  [
    'fails now and then',
    async (copy, nth) => {
      await copy()
      if (nth % 3 === 0) throw lost
    },
  ],
  [
    'is carried out some time after it was given up',
    (copy) => {
      void aWhile()
        .then(copy)
        .catch(() => undefined)
      return Promise.reject(lost)
    },
  ],
  [
    'takes its time before it looks at what it was given',
    async (copy) => {
      await aWhile()
      await copy()
    },
  ],
]

it.each(FAILURES)('a signature is whole, and there once, where its COPY %s', async (_what, failing) => {
  const database = await freshDatabase({ copies: 2 })
  const { copyIn } = database
  if (copyIn === null) throw new Error('no COPY here')
  let nth = 0
  const store = storeIn({ db: database.db, copyIn: (statement, data) => failing(() => copyIn(statement, data), nth++) })
  expect(await writeIn(await store.open(), 65_536)).toEqual({ sha256, bytes: characters.length })
  expect(nth).toBe(Math.ceil(characters.length / 160_000))
  expect((await readAll(store, sha256)).equals(characters)).toBe(true)
  expect(await database.sql`select from signature_pieces`).toHaveLength(rowsInAll)
})
