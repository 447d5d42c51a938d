import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { BlobMissing, type BlobWriter } from '../../src/domain/ports.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { freshDatabase } from '../support/database.ts'

/** As large as the largest recorded one (wire-facts §2.5): 2.9 MB of base64. */
const characters = new Uint8Array(Buffer.from(randomBytes(2_182_381).toString('base64')))
const sha256 = createHash('sha256').update(characters).digest('hex')

/** All but the last of 120 KiB. */
const piecesAside = Math.ceil(characters.length / (120 * 1024)) - 1

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

  it('is put aside in pieces while it arrives, and nothing of that is left when it is whole or given up', async () => {
    const { db, sql } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const [kept, given] = [await store.open(), await store.open()]
    for (const writer of [kept, given]) await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(2 * piecesAside)
    expect(await kept.commit()).toEqual({ sha256, bytes: characters.length })
    await given.abort()
    expect(await sql`select from signature_pieces`).toHaveLength(0)
    expect(await sql`select length(characters) as bytes from signatures`).toEqual([{ bytes: characters.length }])
  })

  it('of every byte that a JSON string may hold, in any encoding, comes back as it was', async () => {
    const { db } = await freshDatabase()
    const store = createSignatureStore(db, systemClock)
    const odd = Uint8Array.from({ length: 224 }, (_, index) => index + 32)
    const writer = await store.open()
    await writer.write(odd)
    const pieces: Uint8Array[] = []
    for await (const piece of store.read((await writer.commit()).sha256)) pieces.push(piece)
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(odd))
  })

  it('whose pieces were lost in a crash of the server is not kept short, but refused', async () => {
    const { db, sql } = await freshDatabase()
    const writer = await createSignatureStore(db, systemClock).open()
    await writer.write(characters)
    await expect.poll(() => sql`select from signature_pieces`).toHaveLength(piecesAside)
    await sql`truncate signature_pieces`
    await expect(writer.commit()).rejects.toThrow('lost')
    expect(await sql`select from signatures`).toHaveLength(0)
  })

  it('is stored uncompressed and out of line, so that a piece costs a piece', async () => {
    const { sql } = await freshDatabase()
    const [column] = await sql`
      select attstorage as storage from pg_attribute where attrelid = 'signatures'::regclass and attname = 'characters'`
    expect(column).toEqual({ storage: 'e' })
  })
})
