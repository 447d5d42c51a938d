/** A tenant: whoever a key belongs to. */
import type { TenantLimits } from './limit.ts'

/**
 * What of a user's picture leaves for a third party: `strip` takes out what tells of its maker (place, time, camera), `keep` sends
 * the file as it was given.
 */
export const IMAGE_METADATA = ['strip', 'keep'] as const
export type ImageMetadata = (typeof IMAGE_METADATA)[number]

/** What the admin may set. Null: no limit. */
export interface TenantSettings extends TenantLimits {
  /** For what ends within one calendar month, UTC. */
  budgetUsd: number | null
  /** A session that names no expiry of its own is deleted this long after its last change. */
  sessionTtlMs: number | null
  imageMetadata: ImageMetadata
}

/** Only what is named changes. */
export type TenantChanges = { [Name in keyof TenantSettings]?: TenantSettings[Name] | undefined }

export interface Tenant extends TenantSettings {
  id: string
  createdAtMs: number
}
