/** Keys and what was done to them, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { AuditEntry } from '../../domain/audit.ts'
import type { Key } from '../../domain/key.ts'
import { toIso } from '../../runtime/instant.ts'
import type { KeyWithSecret as SecretKey } from '../../services/create-key.ts'
import type { AuditResource } from '../contract/audit.ts'
import type { KeyResource, KeyWithSecret } from '../contract/key.ts'
import { isoOrNull } from './iso-or-null.ts'

export function presentKey({ id, tenantId, name, scopes, createdAtMs, lastUsedAtMs, expiresAtMs }: Key): z.input<typeof KeyResource> {
  return {
    ...{ id, tenant: tenantId, name, scopes: [...scopes] },
    createdAt: toIso(createdAtMs),
    lastUsedAt: isoOrNull(lastUsedAtMs),
    expiresAt: isoOrNull(expiresAtMs),
  }
}

export function presentSecret(key: SecretKey): z.input<typeof KeyWithSecret> {
  return { ...presentKey(key), key: key.secret }
}

export function presentAudit({ tenantId, atMs, changes, ...entry }: AuditEntry): z.input<typeof AuditResource> {
  return { ...entry, tenant: tenantId, at: toIso(atMs), changes: { ...changes } }
}
