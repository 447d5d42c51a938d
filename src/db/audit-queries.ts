/** The record of what admins did, and the bell that tells all nodes of it. */
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { AuditEntry } from '../domain/audit.ts'
import type { Database } from './connect.ts'
import { auditEntries } from './schema.ts'

/** Where nodes hear that keys or tenants have changed. Rings when the transaction commits. */
export const ACCESS_CHANNEL = 'pentimento_access' as const

/** To be called in the transaction that makes the change: it is written down, and all nodes forget what they remember of keys and limits. */
export async function recordChange(db: Database, { changes, ...entry }: AuditEntry): Promise<void> {
  await db.insert(auditEntries).values({ ...entry, changes: { ...changes } })
  await db.execute(sql`select pg_notify(${ACCESS_CHANNEL}, '')`)
}

/** The newest first; `before` is the id to go on from. */
export async function listAuditRows(db: Database, tenantId: string | null, limit: number, before: string | null): Promise<AuditEntry[]> {
  return db
    .select()
    .from(auditEntries)
    .where(
      and(tenantId === null ? undefined : eq(auditEntries.tenantId, tenantId), before === null ? undefined : lt(auditEntries.id, before)),
    )
    .orderBy(desc(auditEntries.id))
    .limit(limit)
}

export async function forgetAuditBefore(db: Database, beforeMs: number): Promise<void> {
  await db.delete(auditEntries).where(lt(auditEntries.atMs, beforeMs))
}
