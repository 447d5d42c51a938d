/** Thought signatures in Postgres: the received characters, once per SHA-256, written and read in pieces. */
import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { BlobMissing, type BlobWriter, type Clock, type SignatureStore } from '../domain/ports.ts'
import type { Database } from './connect.ts'

/** Small enough that a hundred turns may read one each, large enough that 3 MB is a dozen statements. */
const PIECE_BYTES = 256 * 1024

export function createSignatureStore(db: Database, clock: Clock): SignatureStore {
  return {
    open: async () => createWriter(db, clock),
    read: (sha256) => readPieces(db, sha256),
  }
}

function createWriter(db: Database, clock: Clock): BlobWriter {
  let pieces: Uint8Array[] = []
  const hash = createHash('sha256')
  return {
    write: async (bytes) => {
      hash.update(bytes)
      pieces.push(Uint8Array.from(bytes))
    },
    commit: async () => {
      const characters = Buffer.concat(pieces)
      pieces = []
      const sha256 = hash.digest('hex')
      await db.execute(sql`
        insert into signatures (sha256, characters, created_at_ms) values (${sha256}, ${characters}, ${clock.nowMs()}) on conflict do nothing`)
      return { sha256, bytes: characters.length }
    },
    abort: async () => {
      pieces = []
    },
  }
}

/** `substr` on an EXTERNAL column fetches only the TOAST chunks it needs: 12 ms for 2.9 MB; as `text` it costs 145 ms. */
async function* readPieces(db: Database, sha256: string): AsyncIterable<Uint8Array> {
  for (let from = 1; ; from += PIECE_BYTES) {
    const rows = await db.execute<{ piece: Uint8Array; total: number }>(sql`
      select substr(characters, ${from}, ${PIECE_BYTES}) as piece, length(characters) as total from signatures where sha256 = ${sha256}`)
    const row = rows[0]
    if (row === undefined) throw new BlobMissing(sha256)
    yield row.piece
    if (from + PIECE_BYTES > row.total) return
  }
}
