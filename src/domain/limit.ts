/** What a tenant may have of the service, besides its budget. Null: no limit. */

export interface TenantLimits {
  /** Requests with its keys and tokens, within a minute that begins with the first of them. */
  requestsPerMinute: number | null
  /** Turns queued, running or waiting at any moment. */
  turnsInFlight: number | null
  /** Bytes of its media, given and made, each content once. */
  storageBytes: number | null
}

export type LimitName = keyof TenantLimits

export const NO_LIMITS: TenantLimits = Object.freeze({ requestsPerMinute: null, turnsInFlight: null, storageBytes: null })

/** How each is announced in `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): its name, what is counted, and over how long. */
export const LIMIT_POLICIES: Readonly<Record<LimitName, { policy: string; unit: string; windowS: number | null }>> = Object.freeze({
  requestsPerMinute: { policy: 'requests', unit: 'requests', windowS: 60 },
  turnsInFlight: { policy: 'turns', unit: 'concurrent-requests', windowS: null },
  storageBytes: { policy: 'storage', unit: 'content-bytes', windowS: null },
})

/** Where a caller stands with one of the limits. */
export interface LimitStanding {
  name: LimitName
  max: number
  remaining: number
  /** When more of it is to be had, in ms; null where nobody can tell. */
  resetMs: number | null
}
