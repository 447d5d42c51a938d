/** A tenant: whoever a key belongs to. */
import type { TenantLimits } from './limit.ts'

/** What the admin may set. Null: no limit. */
export interface TenantSettings extends TenantLimits {
  /** For what ends within one calendar month, UTC. */
  budgetUsd: number | null
  /** A session that names no expiry of its own is deleted this long after its last change. */
  sessionTtlMs: number | null
}

/** Only what is named changes. */
export type TenantChanges = { [Name in keyof TenantSettings]?: TenantSettings[Name] | undefined }

export interface Tenant extends TenantSettings {
  id: string
  createdAtMs: number
}
