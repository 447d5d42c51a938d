import { recordChange } from '../db/audit-queries.ts'
import type { AuditEntry } from '../domain/audit.ts'
import { makeId } from '../domain/ids.ts'
import type { ServiceContext } from './context.ts'

/** Writes down what the caller has changed. To be called in the transaction that changes it; `changes` must hold no secret. */
export async function audit(ctx: ServiceContext, what: Pick<AuditEntry, 'action' | 'tenantId' | 'keyId' | 'changes'>): Promise<void> {
  const { db, clock, random, principal, requestId } = ctx
  const atMs = clock.nowMs()
  const actor = principal.kind === 'admin' ? 'admin' : principal.tenantId
  await recordChange(db, { ...what, id: makeId('aud', atMs, random.bytes(10)), atMs, actor, requestId })
}
