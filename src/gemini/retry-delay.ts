/** The wait an upstream asks for (wire-facts §4). Google sends it in the body only; gateways send a header. */
import type { WireError } from './wire-error.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/**
 * In ms, rounded up, at most a day (9.2e18 s was seen); null where none is named. The field is the floor of the value
 * in the message (48 s beside 48.9 s), so that of both the longer one counts: a wait asked for is never cut short.
 * @param retryAfter the `retry-after` header; only its form in seconds is read.
 */
export function retryDelayMs(error: WireError | null, retryAfter: string | undefined): number | null {
  const delaysMs = [
    ...(error?.details ?? []).map(({ retryDelay }) => durationMs(retryDelay)),
    durationMs(/retry in ([\d.hms]+?)\.?(?:\s|$)/i.exec(error?.message ?? '')?.[1]),
    durationMs(retryAfter && /^\d+$/.test(retryAfter) ? `${retryAfter}s` : undefined),
  ].filter((delayMs) => delayMs !== null)
  return delaysMs.length === 0 ? null : Math.min(Math.ceil(Math.max(...delaysMs)), DAY_MS)
}

/** `48s`, `34.4s`, `1h2m3.5s`, `829.1ms`; null for anything else. */
function durationMs(text: string | undefined): number | null {
  if (text === undefined || !/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return null
  let totalMs = 0
  for (const [, count, unit] of text.matchAll(/([\d.]+)(h|ms|m|s)/g)) totalMs += Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
  return totalMs
}
