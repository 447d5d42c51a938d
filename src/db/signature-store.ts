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

/** `substr` on an EXTERNAL column fetches only the TOAST chunks it needs: 12 ms for 2.9 MB; as `text` it costs 145 ms. */
async function* readPieces(db: Database, sha256: string): AsyncIterable<Uint8Array> {
  for (let from = 1; ; from += PIECE_BYTES) {
    const rows = await db.execute<{ piece: string; total: number }>(sql`
      select convert_from(substr(characters, ${from}::int, ${PIECE_BYTES}::int), 'LATIN1') as piece, length(characters) as total
      from signatures where sha256 = ${sha256}`)
    const row = rows[0]
    if (row === undefined) throw new BlobMissing(sha256)
    yield Buffer.from(row.piece, 'latin1')
    if (from + PIECE_BYTES > row.total) return
  }
}
