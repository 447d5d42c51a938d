/** What the HTTP layer must be told. Read from the environment in `config.ts`; no module here looks for itself. */

export interface ApiKey {
  tenantId: string
  key: string
}

export interface HttpConfig {
  /** Static keys. With none, and no admin key, everyone is tenant `local`. */
  apiKeys: readonly ApiKey[]
  adminKey: string | null
  /** Signs session tokens; the same on all nodes. */
  signingSecret: string
  corsOrigins: readonly string[]
  /** Longest `Prefer: wait`, in ms. */
  waitMaxMs: number
  /** Origin the outside reaches us by; null: the request's own, for media URLs alone. */
  publicUrl: string | null
  version: string
  /** True from the moment the process was asked to stop: new work is refused, the rest is served to its end. */
  draining(): boolean
}
