import { insertKey } from '../db/key-queries.ts'
import { ensureTenant } from '../db/session-queries.ts'
import { makeId } from '../domain/ids.ts'
import type { Key, NewKey } from '../domain/key.ts'
import { RequestError } from '../domain/problem.ts'
import { audit } from './audit.ts'
import type { Verb } from './context.ts'
import { digestOfSecret, makeSecret } from './key-secret.ts'

/** A key and what opens it, which is not kept and cannot be told again. */
export type KeyWithSecret = Key & { secret: string }

/**
 * For the admin. A tenant that has not been seen yet is made. With the first key an installation closes for good, so that somebody
 * must be able to manage it: throws `forbidden` for callers without the admin key, and `invalid_request` for a key that has expired.
 */
export const createKey: Verb<NewKey, KeyWithSecret> = async ({ ctx, input }) => {
  if (ctx.principal.kind !== 'admin') {
    throw new RequestError('forbidden', 'Once there is a key, nobody is let in without one. Set ADMIN_API_KEY first, and use it for this.')
  }
  const nowMs = ctx.clock.nowMs()
  if (input.expiresAtMs !== null && input.expiresAtMs <= nowMs) {
    throw new RequestError('invalid_request', 'expiresAt: has passed', { errors: [{ path: 'expiresAt', message: 'has passed' }] })
  }
  const id = makeId('key', nowMs, ctx.random.bytes(10))
  const secret = makeSecret(ctx.random)
  const sha256 = await digestOfSecret(secret)
  const { tenantId, name, scopes, expiresAtMs } = input
  await ctx.db.transaction(async (tx) => {
    await ensureTenant(tx, tenantId, nowMs)
    await insertKey(tx, id, input, sha256, nowMs)
    await audit({ ...ctx, db: tx }, { action: 'key.created', tenantId, keyId: id, changes: { name, scopes, expiresAtMs } })
  })
  return { ...input, id, secret, createdAtMs: nowMs, lastUsedAtMs: null }
}
