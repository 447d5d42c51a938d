/** Tenants: what the admin sets for them. */
import { eq } from 'drizzle-orm'
import type { Tenant, TenantChanges } from '../domain/tenant.ts'
import type { Database } from './connect.ts'
import { tenants } from './schema.ts'

export async function findTenant(db: Database, id: string): Promise<Tenant | null> {
  const { budgetUsd, sessionTtlMs, createdAtMs } = tenants
  const rows = await db.select({ id: tenants.id, budgetUsd, sessionTtlMs, createdAtMs }).from(tenants).where(eq(tenants.id, id))
  return rows[0] ?? null
}

export async function changeTenant(db: Database, id: string, changes: TenantChanges): Promise<void> {
  if (Object.keys(changes).length > 0) await db.update(tenants).set(changes).where(eq(tenants.id, id))
}
