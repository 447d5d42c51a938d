/** What goes with a session: its rows by cascade, then the media, signatures and blobs that nothing else names. */
import { sql } from 'drizzle-orm'
import { keptByReference } from './broken-constraints.ts'
import type { Database } from './connect.ts'

export interface NamedBySession {
  turns: number
  /** Media, and when a turn of the session last took each up (Unix ms); what only the session's token uploaded counts as taken up now. */
  media: { id: string; usedAtMs: number }[]
  signatures: string[]
}

/** Read under the session's lock, before it is removed. */
export async function namedBySession(db: Database, sessionId: string, nowMs: number): Promise<NamedBySession> {
  const rows = await db.execute<{ turns: number; media: string; signatures: string }>(sql`
    with own as (select id, created_at_ms from turns where session_id = ${sessionId})
    select (select count(*)::int from own) as turns,
      (select coalesce(json_agg(json_build_object('id', id, 'usedAtMs', used_at_ms)), '[]')::text from (
        select id, max(used_at_ms) as used_at_ms from (
          select media_id as id, own.created_at_ms as used_at_ms from parts join own on own.id = parts.turn_id where media_id is not null
          union all select media.id, own.created_at_ms from media join own on own.id = media.made_by_turn_id
          union all select media_id, ${nowMs}::bigint from media_grants where session_id = ${sessionId}
        ) uses group by id
      ) named) as media,
      (select coalesce(json_agg(distinct signature_sha256), '[]')::text from parts
        where turn_id in (select id from own) and signature_sha256 is not null) as signatures`)
  const row = rows[0]
  return {
    turns: row?.turns ?? 0,
    media: JSON.parse(row?.media ?? '[]') as NamedBySession['media'],
    signatures: JSON.parse(row?.signatures ?? '[]') as string[],
  }
}

/** What others still use of its media forgets where it came from. */
export async function removeSessionRow(db: Database, sessionId: string): Promise<void> {
  await db.execute(sql`
    update media set made_by_turn_id = null, made_from = null where made_by_turn_id in (select id from turns where session_id = ${sessionId})`)
  await db.execute(sql`delete from idempotency_keys where turn_id in (select id from turns where session_id = ${sessionId})`)
  await db.execute(sql`delete from sessions where id = ${sessionId}`)
}

/**
 * Removes one media row if nothing names it, and nobody has uploaded it again since `usedAtMs` (Unix ms): who did was told that it is
 * there. A turn that begins to name it at this moment keeps it: the foreign key decides.
 */
export async function removeMediaIfUnnamed(
  db: Database,
  mediaId: string,
  usedAtMs: number,
): Promise<{ sha256: string; bytes: number } | null> {
  const rows = await db
    .execute<{ sha256: string; bytes: number }>(sql`
      delete from media where id = ${mediaId} and coalesce(uploaded_at_ms, 0) <= ${usedAtMs}
        and not exists (select 1 from parts where media_id = ${mediaId}) and not exists (select 1 from media_grants where media_id = ${mediaId})
      returning sha256, bytes`)
    .catch(keptByReference)
  return rows[0] ?? null
}

export async function removeSignatureIfUnnamed(db: Database, sha256: string): Promise<void> {
  await db
    .execute(sql`
      with gone as (
        delete from signatures where sha256 = ${sha256} and not exists (select 1 from parts where signature_sha256 = ${sha256}) returning upload
      )
      delete from signature_pieces where upload in (select upload from gone)`)
    .catch(keptByReference)
}

/** Renditions of an image that no media row shows any more; returns their blobs. */
export async function removeRenditionsIfUnnamed(db: Database, sourceSha256: string): Promise<string[]> {
  const rows = await db.execute<{ sha256: string }>(sql`
    delete from renditions where source_sha256 = ${sourceSha256} and not exists (select 1 from media where sha256 = ${sourceSha256}) returning sha256`)
  return rows.map(({ sha256 }) => sha256)
}

/** Handles of this content upstream, in every project: given up here, to be removed there. */
export async function takeHandlesOf(db: Database, sha256: string): Promise<{ endpointId: string; name: string }[]> {
  const rows = await db.execute<{ endpoint_id: string; name: string | null }>(sql`
    delete from upstream_files where sha256 = ${sha256} returning endpoint_id, name`)
  return rows.flatMap(({ endpoint_id, name }) => (name === null ? [] : [{ endpointId: endpoint_id, name }]))
}
