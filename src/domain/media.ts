/** Media: images a tenant uploaded or a model made. Same bytes, same tenant: the same media. */

export const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

/** Limits of what is taken in (api.md, Media). */
export const IMAGE_BYTES_MAX = 50 * 1024 * 1024
export const IMAGE_PIXELS_MAX = 100_000_000

export interface Lineage {
  /** The turn that made it. */
  turnId: string
  /** Media the turn was given or built on. */
  from: readonly string[]
}

export interface Media {
  id: string
  tenantId: string
  /** Lower-case hex. */
  sha256: string
  mimeType: MediaType
  bytes: number
  /** Pixels as displayed, EXIF orientation applied; null when the bytes do not tell. */
  width: number | null
  height: number | null
  createdAtMs: number
  lineage: Lineage | null
}
