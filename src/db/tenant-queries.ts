/** Tenants: what the admin sets for them. */
import { eq } from 'drizzle-orm'
import type { Tenant, TenantChanges } from '../domain/tenant.ts'
import type { Database } from './connect.ts'
import { tenants } from './schema.ts'

const { id, budgetUsd, sessionTtlMs, requestsPerMinute, turnsInFlight, storageBytes, createdAtMs } = tenants
const columns = { id, budgetUsd, sessionTtlMs, requestsPerMinute, turnsInFlight, storageBytes, createdAtMs }

export async function findTenant(db: Database, tenantId: string): Promise<Tenant | null> {
  return (await db.select(columns).from(tenants).where(eq(tenants.id, tenantId)))[0] ?? null
}

/** Takes the tenant's row lock for the rest of the transaction. Who holds a session's takes it after that one. */
export async function lockTenant(db: Database, tenantId: string): Promise<Tenant | null> {
  return (await db.select(columns).from(tenants).where(eq(tenants.id, tenantId)).for('no key update'))[0] ?? null
}

export async function changeTenant(db: Database, tenantId: string, changes: TenantChanges): Promise<void> {
  if (Object.keys(changes).length > 0) await db.update(tenants).set(changes).where(eq(tenants.id, tenantId))
}
