import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { removeSignatureIfUnnamed } from '../../src/db/session-removal.ts'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { removePiecesPutAside, removeUnnamedSignatures } from '../../src/db/unnamed-rows.ts'
import { BlobMissing, type BlobWriter } from '../../src/domain/ports.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { freshDatabase } from '../support/database.ts'

/** As large as the largest recorded one (wire-facts §2.5): 2.9 MB of base64. */
const characters = new Uint8Array(Buffer.from(randomBytes(2_182_381).toString('base64')))
const sha256 = createHash('sha256').update(characters).digest('hex')

/** Of 120 KiB; the last one is written when the signature is whole. */
const piecesInAll = Math.ceil(characters.length / (120 * 1024))
const piecesAside = piecesInAll - 1

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

describe('a signature', () => {
  it('is read back byte for byte, in small pieces', async () => {
    const { db } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    expect(await writeIn(await store.open(), 65_536)).toEqual({ sha256, bytes: characters.length })
    const pieces: Uint8Array[] = []
    for await (const piece of store.read(sha256)) pieces.push(piece)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(128 * 1024)
    expect(Buffer.concat(pieces).equals(characters)).toBe(true)
  })

  it('is kept once, whoever brings it again', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    await Promise.all([writeIn(await store.open(), 1 << 20), writeIn(await store.open(), 1 << 20)])
    expect(await sql`select sha256 from signatures`).toEqual([{ sha256 }])
    expect(await sql`select from signature_pieces`).toHaveLength(piecesInAll)
  })

  it('that is found again is as new, so that no sweep takes it before its part is there', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
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
    expect(await sql`select from signature_pieces`).toHaveLength(piecesInAll)
  })

  it('that was given up leaves nothing, and one that is not there is missed', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const writer = await store.open()
    await writer.write(characters.subarray(0, 10))
    await writer.abort()
    expect(await sql`select from signatures`).toHaveLength(0)
    await expect(async () => {
      for await (const piece of store.read(sha256)) expect(piece).toBeUndefined()
    }).rejects.toThrow(BlobMissing)
  })

  it('is stored in pieces while it arrives, of which nothing is left when it is given up', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const [kept, given] = [await store.open(), await store.open()]
    for (const writer of [kept, given]) await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(2 * piecesAside)
    expect(await kept.commit()).toEqual({ sha256, bytes: characters.length })
    await given.abort()
    expect(await sql`select sum(length(characters))::int as bytes from signature_pieces`).toEqual([{ bytes: characters.length }])
    expect(await sql`select characters, bytes from signatures`).toEqual([{ characters: null, bytes: characters.length }])
  })

  it('of every byte that a JSON string may hold, in any encoding, comes back as it was', async () => {
    const { db } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    for (const length of [224, 300_000]) {
      const odd = Uint8Array.from({ length }, (_, index) => (index % 224) + 32)
      const writer = await store.open()
      await writer.write(odd)
      const pieces: Uint8Array[] = []
      for await (const piece of store.read((await writer.commit()).sha256)) pieces.push(piece)
      expect(Buffer.concat(pieces).equals(odd)).toBe(true)
    }
  })

  it('whose pieces were lost in a crash of the server is not kept short, but refused', async () => {
    const { db, sql } = await freshDatabase()
    const writer = await createSignatureStore(db, systemClock).open()
    await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(piecesAside)
    await sql`delete from signature_pieces where ordinal = 3`
    await expect(writer.commit()).rejects.toThrow('lost')
    expect(await sql`select from signatures`).toHaveLength(0)
  })

  it('each of whose writes is repeated, since the first answer was lost on the way, is whole, and there once', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const twice = async <Result>(write: () => Promise<Result>) => {
      await write()
      return write()
    }
    const short = await store.open(twice)
    await short.write(characters.subarray(0, 10))
    await short.commit()
    expect(await writeIn(await store.open(twice), 65_536)).toEqual({ sha256, bytes: characters.length })
    expect(await sql`select from signatures`).toHaveLength(2)
    // The first piece gives the others their name: of two, one stays for the sweep.
    expect(await sql`select from signature_pieces`).toHaveLength(piecesInAll + 1)
    // Brought again, its pieces are gone by the time of the repetition.
    expect(await writeIn(await store.open(twice), 65_536)).toEqual({ sha256, bytes: characters.length })
    expect(await sql`select from signature_pieces`).toHaveLength(piecesInAll + 2)
    const pieces: Uint8Array[] = []
    for await (const piece of store.read(sha256)) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(characters)).toBe(true)
  })

  it('that an earlier version stored whole is read as well', async () => {
    const { db, sql } = await freshDatabase()
    await sql`insert into signatures (sha256, characters, created_at_ms) values (${sha256}, ${Buffer.from(characters)}, 1)`
    const pieces: Uint8Array[] = []
    for await (const piece of createSignatureStore(db, systemClock).read(sha256)) pieces.push(piece)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(128 * 1024)
    expect(Buffer.concat(pieces).equals(characters)).toBe(true)
  })

  it('goes with its pieces when nothing names it, and only then', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const laterMs = systemClock.nowMs() + 1_000
    await writeIn(await store.open(), 1 << 20)
    const [kept] = await sql<{ upload: string }[]>`select upload from signatures`
    const given = await store.open()
    await given.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(piecesInAll + piecesAside)
    expect(await removePiecesPutAside(db, laterMs)).toBe(piecesAside)
    expect(await sql`select distinct upload from signature_pieces`).toEqual([kept])
    expect(await removeUnnamedSignatures(db, laterMs)).toBe(1)
    expect(await sql`select from signature_pieces`).toHaveLength(0)
    await writeIn(await store.open(), 1 << 20)
    await removeSignatureIfUnnamed(db, sha256)
    expect(await sql`select from signatures`).toHaveLength(0)
    expect(await sql`select from signature_pieces`).toHaveLength(0)
  })

  it('is stored uncompressed and out of line, so that a piece costs a piece', async () => {
    const { sql } = await freshDatabase()
    const columns = await sql`
      select attstorage as storage from pg_attribute
      where attrelid in ('signatures'::regclass, 'signature_pieces'::regclass) and attname = 'characters'`
    expect(columns).toEqual([{ storage: 'e' }, { storage: 'e' }])
  })
})
