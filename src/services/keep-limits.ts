/** What a tenant may have of the service at any moment: kept by counting under the lock of its row, which only limited ones take. */
import { heldMedia } from '../db/import-queries.ts'
import { countTurnsInFlight, sumStoredBytes } from '../db/limit-queries.ts'
import { lockTenant } from '../db/tenant-queries.ts'
import { RequestError } from '../domain/problem.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { ServiceContext } from './context.ts'

/** A turn takes half a minute as a rule; of several, one ends sooner. */
const ASK_AGAIN_MS = 5_000

/**
 * To be called in the transaction that stores a new turn. Throws `too_many_requests` when the tenant has as many in flight as it may,
 * and `payload_too_large` when its storage is full: what the turn makes could not be kept within it.
 */
export async function admitTurn(ctx: ServiceContext): Promise<void> {
  const { tenantId } = ctx.principal
  const tenant = await lockTenant(ctx.db, tenantId)
  const max = tenant?.turnsInFlight ?? null
  if (max !== null && (await countTurnsInFlight(ctx.db, tenantId)) >= max) {
    throw new RequestError('too_many_requests', `${max} turns of this tenant are in flight, as many as it may have.`, {
      retryAfterMs: ASK_AGAIN_MS,
      limit: { name: 'turnsInFlight', max, remaining: 0, resetMs: ASK_AGAIN_MS },
    })
  }
  await requireRoom(ctx, tenant, 1)
}

/**
 * To be called in the transaction that names new media. Throws `payload_too_large` when those of them that the tenant does not hold
 * already would exceed its storage. 413 and not 429: no wait makes room, something must be deleted or be smaller.
 */
export async function keepWithinStorage(ctx: ServiceContext, images: readonly { sha256: string; bytes: number }[]): Promise<void> {
  const { tenantId } = ctx.principal
  const tenant = await lockTenant(ctx.db, tenantId)
  if (tenant?.storageBytes == null) return
  const held = await heldMedia(
    ctx.db,
    tenantId,
    images.map(({ sha256 }) => sha256),
  )
  const fresh = images.filter(({ sha256 }) => !held.has(sha256))
  await requireRoom(
    ctx,
    tenant,
    fresh.reduce((sum, { bytes }) => sum + bytes, 0),
  )
}

async function requireRoom(ctx: ServiceContext, tenant: Tenant | null, bytes: number): Promise<void> {
  const max = tenant?.storageBytes ?? null
  if (tenant === null || max === null || bytes === 0) return
  const stored = await sumStoredBytes(ctx.db, tenant.id)
  if (stored + bytes <= max) return
  throw new RequestError(
    'payload_too_large',
    `${stored} of the ${max} bytes this tenant may store are taken. Delete sessions to make room.`,
    {
      limit: { name: 'storageBytes', max, remaining: Math.max(max - stored, 0), resetMs: null },
    },
  )
}
