/**
 * Writes one signature. A short one is one statement; of a long one pieces are put aside (`signature_pieces`) while it arrives, one
 * on its way and one being filled, and the server puts them together at the end. A hundred at once so hold 25 MB, not 300.
 */
import { Buffer } from 'node:buffer'
import type { Hash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { BlobWriter, Clock } from '../domain/ports.ts'
import type { Database } from './connect.ts'

/** As text it is short-lived to V8: see `signature-store.ts`. */
const PIECE_BYTES = 120 * 1024

/** After `commit` or `abort` it takes no more; `abort` is then a no-op, so that it may stand in a `finally`. */
export function openSignatureWriter(db: Database, hash: Hash, clock: Clock): BlobWriter {
  const held = Buffer.allocUnsafe(PIECE_BYTES)
  let heldBytes = 0
  let bytes = 0
  let ordinal = 0
  let upload: Promise<string | null> = Promise.resolve(null)
  let ended = false

  function end(): void {
    if (ended) throw new Error('the signature writer has ended')
    ended = true
  }

  function takeHeld(): string {
    const taken = held.toString('latin1', 0, heldBytes)
    heldBytes = 0
    return taken
  }

  async function putAside(): Promise<void> {
    const name = await upload
    upload = putPieceAside(db, name, ordinal++, takeHeld(), clock.nowMs())
    // Whoever writes or commits next is told of a failure; until then it is not unheard.
    upload.catch(() => undefined)
  }

  return {
    async write(piece) {
      if (ended) throw new Error('the signature writer has ended')
      hash.update(piece)
      bytes += piece.byteLength
      for (let at = 0; at < piece.byteLength; ) {
        if (heldBytes === PIECE_BYTES) await putAside()
        const taken = piece.subarray(at, at + PIECE_BYTES - heldBytes)
        held.set(taken, heldBytes)
        heldBytes += taken.byteLength
        at += taken.byteLength
      }
    },

    async commit() {
      end()
      const name = await upload
      const signature = { sha256: hash.digest('hex'), bytes }
      if (name === null) await insertSignature(db, signature.sha256, takeHeld(), clock.nowMs())
      else await joinPieces(db, name, signature, takeHeld(), clock.nowMs())
      return signature
    },

    async abort() {
      if (ended) return
      end()
      const name = await upload.catch(() => null)
      if (name !== null) await db.execute(sql`delete from signature_pieces where upload = ${name}`)
    },
  }
}

/** Returns the name of the upload: the one given, or a new one for the first piece. */
async function putPieceAside(db: Database, upload: string | null, ordinal: number, text: string, nowMs: number): Promise<string> {
  const rows = await db.execute<{ upload: string }>(sql`
    insert into signature_pieces (upload, ordinal, characters, created_at_ms)
    values (coalesce(${upload}, nextval('signature_uploads')::text), ${ordinal}, convert_to(${text}, 'LATIN1'), ${nowMs}) returning upload`)
  const [row] = rows
  if (row === undefined) throw new Error('a piece of a signature was not put aside')
  return row.upload
}

/**
 * Neither this nor `joinPieces` waits for the disk: a part that names the signature is committed later, and with it everything
 * before it. What a crash loses, nothing names.
 */
async function insertSignature(db: Database, sha256: string, text: string, nowMs: number): Promise<void> {
  await db.execute(sql`
    with lazily as materialized (select set_config('synchronous_commit', 'off', true))
    insert into signatures (sha256, characters, created_at_ms)
    select ${sha256}, convert_to(${text}, 'LATIN1'), ${nowMs} from lazily on conflict do nothing`)
}

/** The pieces outlive no crash of the server (their table is unlogged), which the length tells. */
async function joinPieces(
  db: Database,
  upload: string,
  whole: { sha256: string; bytes: number },
  rest: string,
  nowMs: number,
): Promise<void> {
  const rows = await db.execute<{ bytes: number }>(sql`
    with lazily as materialized (
      select set_config('synchronous_commit', 'off', true)
    ), pieces as (
      delete from signature_pieces where upload = ${upload} returning ordinal, characters
    ), joined as (
      select string_agg(characters, ''::bytea order by ordinal) || convert_to(${rest}, 'LATIN1') as characters from pieces
    ), stored as (
      insert into signatures (sha256, characters, created_at_ms)
      select ${whole.sha256}, characters, ${nowMs} from joined, lazily where length(characters) = ${whole.bytes}::int on conflict do nothing
    )
    select length(characters) as bytes from joined`)
  if (rows[0]?.bytes !== whole.bytes) throw new Error('the pieces of a signature were lost before it was whole')
}
