/** The record of what admins did to keys and tenants. */

export const AUDIT_ACTIONS = ['key.created', 'key.rotated', 'key.revoked', 'tenant.changed'] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface AuditEntry {
  id: string
  atMs: number
  /** `admin`, or `local` where no key is asked for. */
  actor: string
  action: AuditAction
  tenantId: string
  /** Null: the tenant itself. */
  keyId: string | null
  /** What was decided, by field, and never a secret; of changes `{from, to}`. */
  changes: Readonly<Record<string, unknown>>
  requestId: string
}

/** Entries are kept this long: a year, and a month to look back at it in. */
export const AUDIT_LIFE_MS = 396 * 24 * 3_600_000
