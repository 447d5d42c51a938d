/** Media rows and the blobs behind them. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import { union } from 'drizzle-orm/pg-core'
import type { Lineage, Media, MediaType } from '../domain/media.ts'
import type { Database } from './connect.ts'
import { media, mediaGrants, parts, turns } from './schema.ts'

export type NewMedia = Omit<Media, 'createdAtMs'> & { createdAtMs: number }

/** Adds the media, or finds the tenant's own of the same bytes. The bytes must be safe in the blob store already. One statement. */
export async function upsertMedia(db: Database, image: NewMedia): Promise<{ id: string; created: boolean }> {
  const rows = await db.execute<{ id: string; created: boolean }>(sql`
    with blob as (
      insert into blobs (sha256, bytes, created_at_ms) values (${image.sha256}, ${image.bytes}, ${image.createdAtMs}) on conflict do nothing
    )
    insert into media (id, tenant_id, sha256, mime_type, bytes, width, height, uploaded_at_ms, made_by_turn_id, made_from, created_at_ms)
    values (${image.id}, ${image.tenantId}, ${image.sha256}, ${image.mimeType}, ${image.bytes}, ${image.width}, ${image.height},
      ${image.lineage === null ? image.createdAtMs : null}, ${image.lineage?.turnId ?? null}, ${image.lineage === null ? null : JSON.stringify(image.lineage.from)}::jsonb, ${image.createdAtMs})
    on conflict (tenant_id, sha256) do update set uploaded_at_ms = greatest(media.uploaded_at_ms, excluded.uploaded_at_ms)
    returning id, (xmax = 0) as created`)
  const row = rows[0]
  if (row === undefined) throw new Error('an upsert of media returned no row')
  return row
}

/** The tenant's media of these ids, in no order; ids of others are left out, as if they did not exist. */
export async function findMedia(db: Database, tenantId: string, ids: readonly string[]): Promise<Media[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select()
    .from(media)
    .where(and(eq(media.tenantId, tenantId), inArray(media.id, [...ids])))
  return rows.map(toMedia)
}

/** Lets the session's token use what was uploaded with it. */
export async function grantMedia(db: Database, mediaId: string, sessionId: string): Promise<void> {
  await db.insert(mediaGrants).values({ mediaId, sessionId }).onConflictDoNothing()
}

/** Which of `ids` a session's token may use: what its turns hold, and what was uploaded with it. */
export async function mediaOfSession(db: Database, sessionId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const granted = db
    .select({ id: mediaGrants.mediaId })
    .from(mediaGrants)
    .where(and(eq(mediaGrants.sessionId, sessionId), inArray(mediaGrants.mediaId, [...ids])))
  const used = db
    .select({ id: sql<string>`${parts.mediaId}` })
    .from(parts)
    .innerJoin(turns, eq(turns.id, parts.turnId))
    .where(and(eq(turns.sessionId, sessionId), inArray(parts.mediaId, [...ids])))
  return new Set((await union(granted, used)).map((row) => row.id))
}

function toMedia(row: typeof media.$inferSelect): Media {
  const lineage: Lineage | null = row.madeByTurnId === null ? null : { turnId: row.madeByTurnId, from: row.madeFrom ?? [] }
  return {
    id: row.id,
    tenantId: row.tenantId,
    sha256: row.sha256,
    mimeType: row.mimeType as MediaType,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    createdAtMs: row.createdAtMs,
    lineage,
  }
}
