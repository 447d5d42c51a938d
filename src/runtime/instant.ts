/** Moments as text and as Unix milliseconds. */

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** `2026-11-20T11:46:03.120Z`. Throws RangeError beyond the years a `Date` can hold. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

/**
 * Unix ms of an RFC 3339 date-time with its offset, finer fractions cut to the millisecond; null for anything else:
 * a missing offset, a 30th of February, a leap second, a year before 100.
 */
export function parseInstant(text: string): number | null {
  const match = RFC_3339.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const localMs = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second, Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)))
  // Date.UTC carries 30 February over into March; only a real date reads back as it was written.
  if (toIso(localMs).slice(0, 19) !== text.slice(0, 19).toUpperCase()) return null
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000
  return match[8] === '-' ? localMs + offsetMs : localMs - offsetMs
}
