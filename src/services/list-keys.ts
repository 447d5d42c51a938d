import { listKeyRows } from '../db/key-queries.ts'
import type { Key } from '../domain/key.ts'
import type { Verb } from './context.ts'
import { decodeCursor, type Page, pageOf } from './page.ts'

interface Asked {
  /** Null: all tenants'. */
  tenantId: string | null
  limit: number
  cursor?: string | undefined
}

/** For the admin: keys in force, expired ones included, the newest first. */
export const listKeys: Verb<Asked, Page<Key>> = async ({ ctx, input: { tenantId, limit, cursor } }) =>
  pageOf(await listKeyRows(ctx.db, tenantId, limit + 1, decodeCursor(cursor, 'key')), limit)
