/** Tenants: what the admin sets for them. */
import { eq } from 'drizzle-orm'
import type { ImageMetadata, Tenant, TenantChanges } from '../domain/tenant.ts'
import type { Database } from './connect.ts'
import { tenants } from './schema.ts'

const { id, budgetUsd, sessionTtlMs, requestsPerMinute, turnsInFlight, storageBytes, imageMetadata, createdAtMs } = tenants
const columns = { id, budgetUsd, sessionTtlMs, requestsPerMinute, turnsInFlight, storageBytes, imageMetadata, createdAtMs }

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

/** What of the tenant's pictures leaves the house. One that has not been seen yet has not asked for more than the least. */
export async function imageMetadataOf(db: Database, tenantId: string): Promise<ImageMetadata> {
  const rows = await db.select({ policy: imageMetadata }).from(tenants).where(eq(id, tenantId))
  return rows[0]?.policy ?? 'strip'
}
