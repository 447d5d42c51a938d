/**
 * Writes one signature. A short one is one statement; of a long one rows are stored (`signature_pieces`) while it arrives, some
 * batches on their way and one being filled, and named at the end. A hundred at once so hold 65 MB, not 300.
 */
import type { Buffer } from 'node:buffer'
import type { Hash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { BlobWriter, Clock, Persevere } from '../domain/ports.ts'
import type { Connection, Database } from './connect.ts'
import { BATCH_ROWS, COPY_BATCH, createBatch, type PieceRow, type SignatureBatch } from './signature-batch.ts'

const ON_THEIR_WAY_MAX = 3

export interface WriterOptions {
  /** What the rows are stored under; of this signature alone. */
  upload: string
  /** Of SHA-256. */
  hash: Hash
  clock: Clock
  persevere: Persevere
}

/** After `commit` or `abort` it takes no more; `abort` is then a no-op, so that it may stand in a `finally`. */
export function openSignatureWriter({ db, copyIn }: Pick<Connection, 'db' | 'copyIn'>, options: WriterOptions): BlobWriter {
  const { upload, hash, clock, persevere } = options
  const unused: Buffer[] = []
  let batch = createBatch(upload, 0)
  let bytes = 0
  let batches = 0
  const onTheirWay: Promise<void>[] = []
  let ended = false

  function end(): void {
    if (ended) throw new Error('the signature writer has ended')
    ended = true
  }

  /** What a COPY may have stored before it failed is passed over by the insert, which may be repeated. */
  async function put(filled: SignatureBatch): Promise<void> {
    const data = copyIn === null ? null : filled.copyData(clock.nowMs())
    if (copyIn !== null && data !== null && (await succeeds(copyIn(COPY_BATCH, data)))) unused.push(filled.memory)
    else await persevere(() => insertRows(db, upload, filled.rows(), clock.nowMs()))
  }

  /** Those on their way are told of when one of them has to be waited for; until then a failure is not unheard. */
  async function putAside(): Promise<void> {
    if (onTheirWay.length === ON_THEIR_WAY_MAX) await onTheirWay.shift()
    const stored = put(batch)
    stored.catch(() => undefined)
    onTheirWay.push(stored)
    batches += 1
    batch = createBatch(upload, batches * BATCH_ROWS, unused.pop())
  }

  return {
    async write(piece) {
      if (ended) throw new Error('the signature writer has ended')
      hash.update(piece)
      bytes += piece.byteLength
      for (let rest = piece; rest.byteLength > 0; ) {
        if (batch.isFull()) await putAside()
        rest = rest.subarray(batch.take(rest))
      }
    },

    async commit() {
      end()
      const signature = { sha256: hash.digest('hex'), bytes }
      if (batches === 0) {
        const text = batch.text()
        await persevere(() => insertSignature(db, signature.sha256, text, clock.nowMs()))
      } else {
        await Promise.all([...onTheirWay, put(batch)])
        await persevere(() => insertPieced(db, upload, signature, clock.nowMs()))
      }
      return signature
    },

    async abort() {
      if (ended) return
      end()
      await Promise.allSettled(onTheirWay)
      if (batches > 0) await db.execute(sql`delete from signature_pieces where upload = ${upload}`)
    },
  }
}

function succeeds(done: Promise<void>): Promise<boolean> {
  return done.then(
    () => true,
    () => false,
  )
}

async function insertRows(db: Database, upload: string, rows: readonly PieceRow[], nowMs: number): Promise<void> {
  const values = rows.map(({ ordinal, characters }) => sql`(${ordinal}::int, ${characters}::text, ${characters.length}::int)`)
  await db.execute(sql`
    with ${LAZILY}
    insert into signature_pieces (upload, ordinal, characters, bytes, created_at_ms)
    select ${upload}::text, ordinal, characters, bytes, ${nowMs}::bigint
    from lazily, (values ${sql.join(values, sql`, `)}) as piece (ordinal, characters, bytes)
    on conflict (upload, ordinal) do nothing`)
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
 * No row waits for the disk, nor does a COPY: the statement that names them does, and so for all that came before it. What a crash of
 * the server takes of them until then, the length tells; from then on a turn that lives through such a crash may name the signature.
 */
const LAZILY = sql`lazily as materialized (select set_config('synchronous_commit', 'off', true))`

/** One that is there already is as new: its part is on the way, and it may have been without one for long. */
const TOUCHED = sql`on conflict (sha256) do update set created_at_ms = excluded.created_at_ms`
