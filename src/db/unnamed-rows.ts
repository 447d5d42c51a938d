/** Rows that nothing names any more. Each returns how many went. */
import { sql } from 'drizzle-orm'
import { keptByReference } from './broken-constraints.ts'
import type { Database } from './connect.ts'

/** Signatures no part names: of answers whose attempt failed in the end, or of deleted sessions. */
export async function removeUnnamedSignatures(db: Database, beforeMs: number): Promise<number> {
  const rows = await db
    .execute(sql`
      with gone as (
        delete from signatures where created_at_ms < ${beforeMs} and not exists (select 1 from parts where parts.signature_sha256 = signatures.sha256)
        returning upload
      ), pieces as (
        delete from signature_pieces where upload in (select upload from gone)
      )
      select from gone`)
    .catch(keptByReference)
  return rows.length
}

/** Other forms of images that no media shows: their original was never named, or is gone. */
export async function removeUnnamedRenditions(db: Database, beforeMs: number): Promise<number> {
  const rows = await db.execute(sql`
    delete from renditions using blobs where blobs.sha256 = renditions.sha256 and blobs.created_at_ms < ${beforeMs}
      and not exists (select 1 from media where media.sha256 = renditions.source_sha256)
    returning form`)
  return rows.length
}

/** Pieces of signatures whose writer died. */
export async function removePiecesPutAside(db: Database, beforeMs: number): Promise<number> {
  const rows = await db.execute(sql`
    delete from signature_pieces where created_at_ms < ${beforeMs} and not exists (select from signatures where signatures.upload = signature_pieces.upload)
    returning upload`)
  return rows.length
}
