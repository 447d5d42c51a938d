/** Renditions: which blob is which form of which image. */
import { and, eq, sql } from 'drizzle-orm'
import type { ImageBlob } from '../domain/part.ts'
import type { Database } from './connect.ts'
import { renditions } from './schema.ts'

export type Rendition = ImageBlob

export async function findRendition(db: Database, sourceSha256: string, form: string): Promise<Rendition | null> {
  const rows = await db
    .select({ sha256: renditions.sha256, bytes: renditions.bytes, mimeType: renditions.mimeType })
    .from(renditions)
    .where(and(eq(renditions.sourceSha256, sourceSha256), eq(renditions.form, form)))
  return rows[0] ?? null
}

/** The bytes must be safe in the blob store already. */
export async function insertRendition(db: Database, sourceSha256: string, form: string, made: Rendition, nowMs: number): Promise<void> {
  await db.execute(sql`
    with blob as (insert into blobs (sha256, bytes, created_at_ms) values (${made.sha256}, ${made.bytes}, ${nowMs}) on conflict do nothing)
    insert into renditions (source_sha256, form, sha256, bytes, mime_type)
    values (${sourceSha256}, ${form}, ${made.sha256}, ${made.bytes}, ${made.mimeType}) on conflict do nothing`)
}

export async function removeRendition(db: Database, sourceSha256: string, form: string): Promise<void> {
  await db.delete(renditions).where(and(eq(renditions.sourceSha256, sourceSha256), eq(renditions.form, form)))
}
