/**
 * Thought signatures in Postgres: the received characters, once per SHA-256, written and read in pieces.
 *
 * They travel as text and are turned into bytes by the server: as bytea the driver sends and receives two hex digits a byte. Each
 * character is one byte of Latin-1 on the way; control characters, which no JSON string has, cannot be stored.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { BlobMissing, type Clock, type SignatureStore } from '../domain/ports.ts'
import type { Database } from './connect.ts'
import { openSignatureWriter } from './signature-writer.ts'

/** Text of this length is short-lived to V8 (128 KiB and more are not), and 3 MB are two dozen statements. */
const PIECE_BYTES = 120 * 1024

export function createSignatureStore(db: Database, clock: Clock): SignatureStore {
  return {
    open: async () => openSignatureWriter(db, createHash('sha256'), clock),
    read: (sha256) => readPieces(db, sha256),
  }
}

async function* readPieces(db: Database, sha256: string): AsyncIterable<Uint8Array> {
  const bytes = await sizeOf(db, sha256)
  for (let from = 1; from <= bytes; from += PIECE_BYTES) yield await readPiece(db, sha256, from)
}

async function sizeOf(db: Database, sha256: string): Promise<number> {
  const rows = await db.execute<{ bytes: number }>(sql`select length(characters) as bytes from signatures where sha256 = ${sha256}`)
  if (rows[0] === undefined) throw new BlobMissing(sha256)
  return rows[0].bytes
}

/** `substr` on an EXTERNAL column fetches only the TOAST chunks it needs: 12 ms for 2.9 MB; as `text` it costs 145 ms. */
async function readPiece(db: Database, sha256: string, from: number): Promise<Uint8Array> {
  const rows = await db.execute<{ piece: string }>(sql`
    select convert_from(substr(characters, ${from}::int, ${PIECE_BYTES}::int), 'LATIN1') as piece from signatures where sha256 = ${sha256}`)
  const [row] = rows
  if (row === undefined) throw new BlobMissing(sha256)
  const piece = Buffer.from(row.piece, 'latin1')
  // The driver's results hold on to one another until a full collection; without their texts they weigh nothing.
  row.piece = ''
  return piece
}
