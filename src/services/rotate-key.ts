import { lockKey, replaceSecret } from '../db/key-queries.ts'
import { audit } from './audit.ts'
import type { Verb } from './context.ts'
import type { KeyWithSecret } from './create-key.ts'
import { digestOfSecret, makeSecret } from './key-secret.ts'
import { noSuch } from './scope.ts'

/**
 * For the admin: another secret for the same key. Those before it go on for `graceMs`, or for what is left of an earlier grace if that
 * is less.
 */
export const rotateKey: Verb<{ keyId: string; graceMs: number }, KeyWithSecret> = async ({ ctx, input: { keyId, graceMs } }) => {
  const secret = makeSecret(ctx.random)
  const sha256 = await digestOfSecret(secret)
  return ctx.db.transaction(async (tx) => {
    const key = await lockKey(tx, keyId)
    if (key === null) throw noSuch('key', keyId)
    const nowMs = ctx.clock.nowMs()
    await replaceSecret(tx, keyId, sha256, nowMs + graceMs, nowMs)
    await audit({ ...ctx, db: tx }, { action: 'key.rotated', tenantId: key.tenantId, keyId, changes: { graceMs } })
    return { ...key, secret }
  })
}
