/** Who a key belongs to. Static keys are compared by digest and all of them, so that timing tells nothing; then those kept in the database. */
import { equalDigests } from '../../domain/equal-digests.ts'
import type { Principal } from '../../services/context.ts'
import type { Doorkeeper } from '../../services/doorkeeper.ts'
import { digestOfSecret, isSecret } from '../../services/key-secret.ts'
import type { HttpConfig } from '../http-config.ts'

/** Tenant of everyone where no key is configured (api.md, Running it). */
export const LOCAL_TENANT = 'local'
/** Tenant of what the admin key makes for itself. */
export const ADMIN_TENANT = 'admin'

export interface KeyRing {
  /** Whether nobody needs a key: none is configured, and none was ever made. */
  open(): Promise<boolean>
  find(key: string): Promise<Principal | null>
}

export function createKeyRing({ apiKeys, adminKey }: Pick<HttpConfig, 'apiKeys' | 'adminKey'>, doorkeeper: Doorkeeper): KeyRing {
  const holders: { key: string; principal: Principal }[] = apiKeys.map(({ key, tenantId }) => ({
    key,
    principal: { tenantId, kind: 'tenant', sessionId: null },
  }))
  if (adminKey !== null) holders.push({ key: adminKey, principal: { tenantId: ADMIN_TENANT, kind: 'admin', sessionId: null } })
  let digests: Promise<string[]> | undefined
  return {
    open: async () => holders.length === 0 && !(await doorkeeper.asksForKeys()),
    find: async (key) => {
      digests ??= Promise.all(holders.map((holder) => digestOfSecret(holder.key)))
      const asked = await digestOfSecret(key)
      const matches = (await digests).map((digest) => equalDigests(digest, asked))
      const holder = holders[matches.indexOf(true)]?.principal
      return holder ?? (isSecret(key) ? findStored(asked, doorkeeper) : null)
    },
  }
}

async function findStored(sha256: string, doorkeeper: Doorkeeper): Promise<Principal | null> {
  const found = await doorkeeper.keyOf(sha256)
  return found && { tenantId: found.tenantId, kind: 'tenant', sessionId: null, keyId: found.id, scopes: found.scopes }
}
