/** What goes with a session: its rows by cascade, then the media, signatures and blobs that nothing else names. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { keptByReference } from './kept-by-reference.ts'

export interface NamedBySession {
  turns: number
  mediaIds: string[]
  signatures: string[]
}

/** Read under the session's lock, before it is removed. */
export async function namedBySession(db: Database, sessionId: string): Promise<NamedBySession> {
  const rows = await db.execute<{ turns: number; media: string; signatures: string }>(sql`
    with own as (select id from turns where session_id = ${sessionId})
    select (select count(*)::int from own) as turns,
      (select coalesce(json_agg(distinct id), '[]')::text from (
        select media_id as id from parts where turn_id in (select id from own) and media_id is not null
        union select id from media where made_by_turn_id in (select id from own)
        union select media_id from media_grants where session_id = ${sessionId}
      ) named) as media,
      (select coalesce(json_agg(distinct signature_sha256), '[]')::text from parts
        where turn_id in (select id from own) and signature_sha256 is not null) as signatures`)
  const row = rows[0]
  return {
    turns: row?.turns ?? 0,
    mediaIds: JSON.parse(row?.media ?? '[]') as string[],
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

/** Removes one media row if nothing names it. A turn that begins to name it at this moment keeps it: the foreign key decides. */
export async function removeMediaIfUnnamed(db: Database, mediaId: string): Promise<{ sha256: string; bytes: number } | null> {
  const rows = await db
    .execute<{ sha256: string; bytes: number }>(sql`
      delete from media where id = ${mediaId}
        and not exists (select 1 from parts where media_id = ${mediaId}) and not exists (select 1 from media_grants where media_id = ${mediaId})
      returning sha256, bytes`)
    .catch(keptByReference)
  return rows[0] ?? null
}

export async function removeSignatureIfUnnamed(db: Database, sha256: string): Promise<void> {
  await db
    .execute(sql`delete from signatures where sha256 = ${sha256} and not exists (select 1 from parts where signature_sha256 = ${sha256})`)
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
