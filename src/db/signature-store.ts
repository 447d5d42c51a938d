/**
 * Thought signatures in Postgres: the received characters, once per SHA-256, written and read in pieces.
 *
 * They travel as text, each character one byte of Latin-1: as bytea the driver sends and receives two hex digits a byte. Control
 * characters, which no JSON string has, cannot be stored. Short ones, and what earlier versions wrote, are bytes on the server.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { BlobMissing, type Clock, type SignatureStore } from '../domain/ports.ts'
import type { Database } from './connect.ts'
import { openSignatureWriter, PIECE_BYTES } from './signature-writer.ts'

export function createSignatureStore(db: Database, clock: Clock): SignatureStore {
  return {
    open: async (persevere = (write) => write()) => openSignatureWriter(db, createHash('sha256'), clock, persevere),
    read: (sha256) => readPieces(db, sha256),
  }
}

async function* readPieces(db: Database, sha256: string): AsyncIterable<Uint8Array> {
  const { upload, bytes } = await find(db, sha256)
  let read = 0
  const readOn = (ordinal: number) => {
    const piece = readText(db, upload === null ? wholeFrom(sha256, read + 1) : storedPiece(upload, ordinal))
    // Whoever stops reading leaves the piece after unread; what becomes of it concerns nobody.
    piece.catch(() => undefined)
    return piece
  }
  let next = bytes > 0 ? readOn(0) : null
  for (let ordinal = 0; next !== null; ordinal++) {
    const piece = await next
    if (piece === null) throw new BlobMissing(sha256)
    read += piece.byteLength
    // Read ahead by one: half of the time of a piece is its way here.
    next = read < bytes ? readOn(ordinal + 1) : null
    yield piece
  }
}

async function find(db: Database, sha256: string): Promise<{ upload: string | null; bytes: number }> {
  const rows = await db.execute<{ upload: string | null; bytes: number }>(
    sql`select upload, coalesce(bytes, length(characters)) as bytes from signatures where sha256 = ${sha256}`,
  )
  if (rows[0] === undefined) throw new BlobMissing(sha256)
  return rows[0]
}

const storedPiece = (upload: string, ordinal: number) =>
  sql`select characters as piece from signature_pieces where upload = ${upload} and ordinal = ${ordinal}`

/** `substr` on an EXTERNAL column fetches only the TOAST chunks it needs: 12 ms for 2.9 MB; as `text` it costs 145 ms. */
const wholeFrom = (sha256: string, from: number) => sql`
  select convert_from(substr(characters, ${from}::int, ${PIECE_BYTES}::int), 'LATIN1') as piece from signatures where sha256 = ${sha256}`

async function readText(db: Database, query: SQL): Promise<Uint8Array | null> {
  const [row] = await db.execute<{ piece: string | null }>(query)
  if (row?.piece == null) return null
  const piece = Buffer.from(row.piece, 'latin1')
  // The driver's results hold on to one another until a full collection; without their texts they weigh nothing.
  row.piece = ''
  return piece
}
