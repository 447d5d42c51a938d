/** Rows that nobody will ask for again. */
import { and, isNull, lt, or } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { idempotencyKeys, upstreamFiles } from './schema.ts'

/** Keys first used before `beforeMs` (Unix ms): a repeat under one of them makes a new turn. */
export async function forgetKeysBefore(db: Database, beforeMs: number): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAtMs, beforeMs))
}

/** Handles of files the upstream dropped before `beforeMs` (Unix ms), or that were never uploaded whole, unless someone is at it since. */
export async function forgetHandlesBefore(db: Database, beforeMs: number): Promise<void> {
  await db
    .delete(upstreamFiles)
    .where(
      and(
        or(isNull(upstreamFiles.expiresAtMs), lt(upstreamFiles.expiresAtMs, beforeMs)),
        or(isNull(upstreamFiles.uploadingUntilMs), lt(upstreamFiles.uploadingUntilMs, beforeMs)),
      ),
    )
}
