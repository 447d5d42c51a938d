/** Who a key belongs to. Keys are compared by digest and all of them, so that timing tells nothing. */
import type { Principal } from '../../services/context.ts'
import type { HttpConfig } from '../http-config.ts'

/** Tenant of everyone where no key is configured (api.md, Running it). */
export const LOCAL_TENANT = 'local'
/** Tenant of what the admin key makes for itself. */
export const ADMIN_TENANT = 'admin'

export interface KeyRing {
  /** Whether nobody needs a key. */
  open: boolean
  find(key: string): Promise<Principal | null>
}

export function createKeyRing({ apiKeys, adminKey }: Pick<HttpConfig, 'apiKeys' | 'adminKey'>): KeyRing {
  const holders: { key: string; principal: Principal }[] = apiKeys.map(({ key, tenantId }) => ({
    key,
    principal: { tenantId, kind: 'tenant', sessionId: null },
  }))
  if (adminKey !== null) holders.push({ key: adminKey, principal: { tenantId: ADMIN_TENANT, kind: 'admin', sessionId: null } })
  let digests: Promise<Uint8Array[]> | undefined
  return {
    open: holders.length === 0,
    find: async (key) => {
      digests ??= Promise.all(holders.map((holder) => sha256(holder.key)))
      const asked = await sha256(key)
      const matches = (await digests).map((digest) => equal(digest, asked))
      return holders[matches.indexOf(true)]?.principal ?? null
    },
  }
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0
}
