/** Blob rows and their bytes. A row appears after its bytes are safe and goes before they do, so no row ever lacks its bytes. */
import { sql } from 'drizzle-orm'
import { keptByReference } from './broken-constraints.ts'
import type { Database } from './connect.ts'

/**
 * Removes bytes that no row names, and their own row, if there is one. The row is made first where there is none: whoever is
 * about to name these bytes then waits until this is over, finds them gone, and says so. False when they are named.
 */
export async function removeUnnamedBlob(
  db: Database,
  sha256: string,
  nowMs: number,
  removeBytes: () => Promise<unknown>,
): Promise<boolean> {
  const removed = await db
    .transaction(async (tx) => {
      await tx.execute(sql`
        insert into blobs (sha256, bytes, created_at_ms) values (${sha256}, 0, ${nowMs}) on conflict (sha256) do update set sha256 = excluded.sha256`)
      const rows = await tx.execute(sql`
        delete from blobs where sha256 = ${sha256}
          and not exists (select 1 from media where media.sha256 = ${sha256}) and not exists (select 1 from renditions where renditions.sha256 = ${sha256})
        returning sha256`)
      if (rows.length === 1) await removeBytes()
      return rows
    })
    .catch(keptByReference)
  return removed.length === 1
}

/** Which of these blobs have no row. */
export async function withoutRow(db: Database, sha256s: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ sha256: string }>(sql`
    select asked.sha256 from json_to_recordset(${JSON.stringify(sha256s.map((sha256) => ({ sha256 })))}::json) as asked(sha256 text)
    where not exists (select 1 from blobs where blobs.sha256 = asked.sha256)`)
  return rows.map(({ sha256 }) => sha256)
}

/** Blobs older than `beforeMs` whose row nothing names any more. */
export async function unnamedBlobs(db: Database, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await db.execute<{ sha256: string }>(sql`
    select sha256 from blobs where created_at_ms < ${beforeMs}
      and not exists (select 1 from media where media.sha256 = blobs.sha256) and not exists (select 1 from renditions where renditions.sha256 = blobs.sha256)
    limit ${limit}`)
  return rows.map(({ sha256 }) => sha256)
}

/**
 * Removes a media row that nothing names and whose bytes are gone. False: they are there. The row is locked before its bytes are
 * looked for: whoever names the same content meanwhile has either written them already, or waits and makes a row of its own.
 */
export async function removeMediaWithoutBytes(db: Database, mediaId: string, hasBytes: () => Promise<boolean>): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select id from media where id = ${mediaId} for update`)
    if (await hasBytes()) return false
    await tx.execute(sql`delete from media where id = ${mediaId} and not exists (select 1 from parts where media_id = ${mediaId})`)
    return true
  })
}
