/** Handles of files held upstream: one row per endpoint project and content, whoever uploads it. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { UpstreamFile } from '../domain/ports.ts'
import type { Database } from './connect.ts'
import { upstreamFiles } from './schema.ts'

export interface FileHandle {
  sha256: string
  name: string
  uri: string
  /** Unix ms. */
  expiresAtMs: number
}

/** Handles of these contents in the project, expired ones too. */
export async function findHandles(db: Database, project: string, sha256s: readonly string[]): Promise<FileHandle[]> {
  if (sha256s.length === 0) return []
  const rows = await db
    .select()
    .from(upstreamFiles)
    .where(and(eq(upstreamFiles.project, project), inArray(upstreamFiles.sha256, [...sha256s])))
  return rows.flatMap(({ sha256, name, uri, expiresAtMs }) =>
    name === null || uri === null || expiresAtMs === null ? [] : [{ sha256, name, uri, expiresAtMs }],
  )
}

export interface UploadTicket {
  project: string
  sha256: string
  endpointId: string
  /** Who uploads: unique per try. */
  by: string
}

/**
 * Asks to be the one who uploads: true for one asker at a time, across all nodes, and only while no handle lives until
 * `goodUntilMs`. An uploader that died gives way after `leaseMs`, by the database's clock.
 */
export async function takeUploadTicket(db: Database, ticket: UploadTicket, goodUntilMs: number, leaseMs: number): Promise<boolean> {
  const rows = await db.execute(sql`
    insert into upstream_files as file (project, sha256, endpoint_id, uploading_by, uploading_until_ms)
    values (${ticket.project}, ${ticket.sha256}, ${ticket.endpointId}, ${ticket.by}, now_ms() + ${leaseMs})
    on conflict (project, sha256) do update set uploading_by = excluded.uploading_by, uploading_until_ms = excluded.uploading_until_ms,
      endpoint_id = excluded.endpoint_id
    where (file.uploading_until_ms is null or file.uploading_until_ms < now_ms())
      and (file.name is null or file.expires_at_ms < ${goodUntilMs})
    returning project`)
  return rows.length === 1
}

/** Hands in what the ticket was for; null: the upload failed and another may try. */
export async function returnUploadTicket(db: Database, ticket: UploadTicket, file: UpstreamFile | null): Promise<void> {
  const handle = file === null ? {} : { name: file.name, uri: file.uri, expiresAtMs: file.expiresAtMs }
  await db
    .update(upstreamFiles)
    .set({ ...handle, uploadingBy: null, uploadingUntilMs: null })
    .where(
      and(eq(upstreamFiles.project, ticket.project), eq(upstreamFiles.sha256, ticket.sha256), eq(upstreamFiles.uploadingBy, ticket.by)),
    )
}

/** The upstream no longer has these (`files/…` names): the next use uploads again. */
export async function forgetHandles(db: Database, project: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  await db
    .update(upstreamFiles)
    .set({ name: null, uri: null, expiresAtMs: null })
    .where(and(eq(upstreamFiles.project, project), inArray(upstreamFiles.name, [...names])))
}
