/** Tenants, keys and the audit log, as examples. */
import { AUDIT_ENTRY, BEGAN_AT, KEY, REQUEST } from './ids.ts'

export const TENANT_CHANGES = { budgetUsd: 100, limits: { turnsInFlight: 4 } }

export const TENANT = {
  id: 'acme',
  budgetUsd: 100,
  spentUsd: 5.36,
  heldUsd: 0.134,
  limits: { requestsPerMinute: 600, turnsInFlight: 4, storageBytes: null },
  openTurns: 1,
  storedBytes: 1_934_208,
  retention: { sessionTtlMs: 2_592_000_000 },
  imageMetadata: 'strip',
  webhook: { secret: `whsec_${'x'.repeat(43)}=` },
  createdAt: BEGAN_AT,
}

export const NEW_KEY = { tenant: 'acme', name: 'shop backend', scopes: ['read', 'edit'] }

export const KEY_SHOWN = {
  id: KEY,
  tenant: 'acme',
  name: 'shop backend',
  scopes: ['read', 'edit'],
  createdAt: BEGAN_AT,
  lastUsedAt: null,
  expiresAt: null,
}

export const KEY_WITH_SECRET = { ...KEY_SHOWN, key: `pen_${'x'.repeat(43)}` }

export const ROTATION = { graceMs: 3_600_000 }

export const AUDIT = {
  id: AUDIT_ENTRY,
  at: BEGAN_AT,
  actor: 'admin',
  action: 'tenant.changed',
  tenant: 'acme',
  keyId: null,
  changes: { turnsInFlight: { from: null, to: 4 } },
  requestId: REQUEST,
}
