import { toIso } from '../../runtime/instant.ts'

/** Unix ms as RFC 3339 in UTC; null stays null. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms)
}
