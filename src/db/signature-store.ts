/**
 * Thought signatures in Postgres: the received characters, once per SHA-256, written and read in pieces.
 *
 * They travel as text, each character one byte of Latin-1: as bytea the driver sends and receives two hex digits a byte. Control
 * characters, which no JSON string has, cannot be stored. Short ones, and what earlier versions wrote, are bytes on the server.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { BlobMissing, type Clock, type Random, type SignatureStore } from '../domain/ports.ts'
import type { Connection, Database } from './connect.ts'
import { openSignatureWriter } from './signature-writer.ts'

/** What is read at a time: as text it is short-lived to V8 (128 KiB and more are not). */
const READ_BYTES = 120_000

/** Pieces asked for at once: most of the time of a piece is its way here. */
const AHEAD = 3

export interface SignatureStoreOptions {
  clock: Clock
  random: Random
}

export function createSignatureStore(
  connection: Pick<Connection, 'db' | 'copyIn'>,
  { clock, random }: SignatureStoreOptions,
): SignatureStore {
  return {
    open: async (persevere = (write) => write()) => {
      const upload = Buffer.from(random.bytes(16)).toString('hex')
      return openSignatureWriter(connection, { upload, hash: createHash('sha256'), clock, persevere })
    },
    read: (sha256) => readPieces(connection.db, sha256),
  }
}

async function* readPieces(db: Database, sha256: string): AsyncIterable<Uint8Array> {
  const { upload, bytes, rowBytes } = await find(db, sha256)
  // Rows of earlier versions hold as much as is read at a time.
  const rows = Math.max(1, Math.floor(READ_BYTES / (rowBytes ?? READ_BYTES)))
  const pieceBytes = rows * (rowBytes ?? READ_BYTES)
  const pieces = Math.ceil(bytes / pieceBytes)
  const read = (piece: number) =>
    readText(db, upload === null ? part(sha256, piece * pieceBytes, pieceBytes) : storedRows(upload, piece * rows, rows))
  const ahead: Promise<Uint8Array | null>[] = []
  for (let asked = 0, given = 0; given < pieces; given++) {
    for (; asked < Math.min(pieces, given + AHEAD); asked++) {
      const piece = read(asked)
      // Whoever stops reading leaves the pieces after unread; what becomes of them concerns nobody.
      piece.catch(() => undefined)
      ahead.push(piece)
    }
    const piece = await ahead.shift()
    if (piece?.byteLength !== Math.min(pieceBytes, bytes - given * pieceBytes)) throw new BlobMissing(sha256)
    yield piece
  }
}

interface Stored {
  /** Null: it is stored whole. */
  upload: string | null
  bytes: number
  rowBytes: number | null
}

async function find(db: Database, sha256: string): Promise<Stored> {
  const rows = await db.execute<Stored & Record<string, unknown>>(sql`
    select upload, coalesce(bytes, length(characters)) as bytes,
      (select piece.bytes from signature_pieces as piece where piece.upload = signatures.upload and ordinal = 0) as "rowBytes"
    from signatures where sha256 = ${sha256}`)
  if (rows[0] === undefined) throw new BlobMissing(sha256)
  return rows[0]
}

const storedRows = (upload: string, from: number, count: number) => sql`
  select string_agg(characters, '' order by ordinal) as piece
  from signature_pieces where upload = ${upload} and ordinal >= ${from}::int and ordinal < ${from + count}::int`

/** `substr` on an EXTERNAL column fetches only the TOAST chunks it needs: 12 ms for 2.9 MB; as `text` it costs 145 ms. */
const part = (sha256: string, from: number, bytes: number) => sql`
  select convert_from(substr(characters, ${from + 1}::int, ${bytes}::int), 'LATIN1') as piece from signatures where sha256 = ${sha256}`

async function readText(db: Database, query: SQL): Promise<Uint8Array | null> {
  const [row] = await db.execute<{ piece: string | null }>(query)
  if (row?.piece == null) return null
  const piece = Buffer.from(row.piece, 'latin1')
  // The driver's results hold on to one another until a full collection; without their texts they weigh nothing.
  row.piece = ''
  return piece
}
