import { listAuditRows } from '../db/audit-queries.ts'
import type { AuditEntry } from '../domain/audit.ts'
import type { Verb } from './context.ts'
import { decodeCursor, type Page, pageOf } from './page.ts'

interface Asked {
  /** Null: all tenants'. */
  tenantId: string | null
  limit: number
  cursor?: string | undefined
}

/** For the admin: what was done to keys and tenants, the newest first. */
export const listAudit: Verb<Asked, Page<AuditEntry>> = async ({ ctx, input: { tenantId, limit, cursor } }) =>
  pageOf(await listAuditRows(ctx.db, tenantId, limit + 1, decodeCursor(cursor, 'aud')), limit)
