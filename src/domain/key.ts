/** Keys of tenants, kept in the database (api.md, Authentication). Static ones, from `API_KEYS`, have every scope. */

/** What a key may be good for, and the methods that takes: the smallest set that lets a dashboard look without being able to spend. */
export const SCOPE_METHODS = {
  /** Looks: sessions, turns, media, streams, exports, figures. */
  read: ['get'],
  /** Changes and spends. Making session tokens is among it, since those may edit. */
  edit: ['post', 'patch', 'put', 'delete'],
} as const satisfies Record<string, readonly string[]>

export type Scope = keyof typeof SCOPE_METHODS
export const SCOPES = Object.keys(SCOPE_METHODS) as Scope[]

/** What an operation of this method (lower case) takes. */
export function scopeOf(method: string): Scope {
  return SCOPES.find((scope) => SCOPE_METHODS[scope].some((one) => one === method)) ?? 'edit'
}

/** What whoever makes a key decides. */
export interface NewKey {
  tenantId: string
  /** For people. */
  name: string
  scopes: readonly Scope[]
  /** Unix ms; null: good until it is revoked. */
  expiresAtMs: number | null
}

export interface Key extends NewKey {
  id: string
  createdAtMs: number
  /** Unix ms, to the minute; null: not yet. */
  lastUsedAtMs: number | null
}

/** Old secrets of a rotated key may go on for so long at most. */
export const GRACE_MS_MAX = 7 * 24 * 3_600_000
