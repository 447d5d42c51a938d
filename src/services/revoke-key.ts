import { lockKey, revokeKeyRow } from '../db/key-queries.ts'
import { audit } from './audit.ts'
import type { Verb } from './context.ts'
import { noSuch } from './scope.ts'

/** For the admin. The key is good for nothing from here on: on this and every listening node at once, anywhere within seconds. */
export const revokeKey: Verb<{ keyId: string }, void> = ({ ctx, input: { keyId } }) =>
  ctx.db.transaction(async (tx) => {
    const key = await lockKey(tx, keyId)
    if (key === null) throw noSuch('key', keyId)
    await revokeKeyRow(tx, keyId, ctx.clock.nowMs())
    await audit({ ...ctx, db: tx }, { action: 'key.revoked', tenantId: key.tenantId, keyId, changes: { name: key.name } })
  })
