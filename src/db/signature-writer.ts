/**
 * Writes one signature. A short one is one statement; of a long one pieces are stored (`signature_pieces`) while it arrives, a few on
 * their way and one being filled, and named at the end. A hundred at once so hold 50 MB, not 300.
 */
import { Buffer } from 'node:buffer'
import type { Hash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { BlobWriter, Clock, Persevere } from '../domain/ports.ts'
import type { Database } from './connect.ts'

/** As text it is short-lived to V8 (128 KiB and more are not), and 3 MB are two dozen statements. */
export const PIECE_BYTES = 120 * 1024
const ON_THEIR_WAY_MAX = 3

/** After `commit` or `abort` it takes no more; `abort` is then a no-op, so that it may stand in a `finally`. */
export function openSignatureWriter(db: Database, hash: Hash, clock: Clock, persevere: Persevere): BlobWriter {
  const held = Buffer.allocUnsafe(PIECE_BYTES)
  let heldBytes = 0
  let bytes = 0
  let ordinal = 0
  let upload: string | null = null
  const onTheirWay: Promise<unknown>[] = []
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

  /** Repeated, a piece is there once; a first one whose answer was lost stays behind for the sweep. */
  function putPiece(): Promise<string> {
    const piece = { upload, ordinal, text: takeHeld() }
    ordinal += 1
    return persevere(() => putPieceAside(db, piece, clock.nowMs()))
  }

  /** Those on their way are told of when one of them has to be waited for; until then a failure is not unheard. */
  async function putAside(): Promise<void> {
    if (onTheirWay.length === ON_THEIR_WAY_MAX) await onTheirWay.shift()
    const put = putPiece()
    put.catch(() => undefined)
    // The first one names the others.
    if (upload === null) upload = await put
    else onTheirWay.push(put)
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
      const signature = { sha256: hash.digest('hex'), bytes }
      if (upload === null) {
        const text = takeHeld()
        await persevere(() => insertSignature(db, signature.sha256, text, clock.nowMs()))
      } else {
        const named = upload
        await Promise.all([...onTheirWay, putPiece()])
        await persevere(() => insertPieced(db, named, signature, clock.nowMs()))
      }
      return signature
    },

    async abort() {
      if (ended) return
      end()
      await Promise.allSettled(onTheirWay)
      if (upload !== null) await db.execute(sql`delete from signature_pieces where upload = ${upload}`)
    },
  }
}

interface Piece {
  /** Null for the first of its upload. */
  upload: string | null
  ordinal: number
  text: string
}

/** Returns the name of the upload: the one given, or a new one for the first piece. */
async function putPieceAside(db: Database, { upload, ordinal, text }: Piece, nowMs: number): Promise<string> {
  const rows = await db.execute<{ upload: string }>(sql`
    with ${LAZILY}
    insert into signature_pieces (upload, ordinal, characters, bytes, created_at_ms)
    select coalesce(${upload}, gen_random_uuid()::text), ${ordinal}, ${text}, ${text.length}, ${nowMs} from lazily
    on conflict (upload, ordinal) do update set created_at_ms = excluded.created_at_ms
    returning upload`)
  const [row] = rows
  if (row === undefined) throw new Error('a piece of a signature was not put aside')
  return row.upload
}

async function insertSignature(db: Database, sha256: string, text: string, nowMs: number): Promise<void> {
  await db.execute(sql`
    insert into signatures (sha256, characters, created_at_ms)
    values (${sha256}, convert_to(${text}, 'LATIN1'), ${nowMs}) ${TOUCHED}`)
}

/**
 * The pieces stay where they are; those of a signature that is there already go. Where they are gone, by a crash of the server (the
 * length tells) or since this statement had been carried out and its answer was lost, one that is there already will do.
 */
async function insertPieced(
  db: Database,
  upload: string,
  { sha256, bytes }: { sha256: string; bytes: number },
  nowMs: number,
): Promise<void> {
  const rows = await db.execute<{ whole: boolean }>(sql`
    with put as (
      select coalesce(sum(bytes), 0) = ${bytes}::int as whole from signature_pieces where upload = ${upload}
    ), stored as (
      insert into signatures (sha256, upload, bytes, created_at_ms)
      select ${sha256}, ${upload}, ${bytes}, ${nowMs} from put where whole ${TOUCHED} returning upload
    ), known as (
      update signatures set created_at_ms = ${nowMs} where sha256 = ${sha256} and not (select whole from put) returning sha256
    ), given_up as (
      delete from signature_pieces where upload = ${upload} and not exists (select from stored where stored.upload = ${upload})
    )
    select whole or exists (select from known) as whole from put`)
  if (rows[0]?.whole !== true) throw new Error('the pieces of a signature were lost before it was whole')
}

/**
 * No piece waits for the disk: the statement that names them does, and so for all that came before it. What a crash of the server
 * takes of them until then, the length tells; from then on a turn that lives through such a crash may name the signature.
 */
const LAZILY = sql`lazily as materialized (select set_config('synchronous_commit', 'off', true))`

/** One that is there already is as new: its part is on the way, and it may have been without one for long. */
const TOUCHED = sql`on conflict (sha256) do update set created_at_ms = excluded.created_at_ms`
