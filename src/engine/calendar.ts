/** Hours of risk: published ones, overruled by what our own ledger has seen in that hour of the week. */
import { hourOfWeek, type ObservedHours } from './observed-hours.ts'
import type { CalendarPolicy } from './policy.ts'

const HOUR_MS = 3_600_000
const HOURS_PER_WEEK = 168

/** `preferred` hours are recommended for batches; where that and a risk meet, risk wins. */
export type HourKind = 'risk' | 'preferred' | 'plain'

export function hourKind(policy: CalendarPolicy, hours: ObservedHours, nowMs: number): HourKind {
  const preferred = within(policy.preferredHoursUtc, nowMs)
  const seen = hours[String(hourOfWeek(nowMs))]
  if (seen !== undefined && seen[0] >= policy.observedMin) {
    if (seen[1] > policy.observedRiskShare * seen[0]) return 'risk'
    return preferred ? 'preferred' : 'plain'
  }
  if (within(policy.riskHoursUtc, nowMs)) return 'risk'
  return preferred ? 'preferred' : 'plain'
}

/**
 * When an off-peak turn may start, in Unix ms: `nowMs` in a preferred hour; else the next preferred hour if it is near; else
 * the next hour without risk, which may be now. In a week of nothing but risk it starts now.
 */
export function offPeakStartMs(policy: CalendarPolicy, hours: ObservedHours, nowMs: number): number {
  let plainMs: number | null = null
  for (let ahead = 0; ahead < HOURS_PER_WEEK; ahead++) {
    const atMs = ahead === 0 ? nowMs : (Math.floor(nowMs / HOUR_MS) + ahead) * HOUR_MS
    if (plainMs !== null && atMs - nowMs > policy.preferredWithinMs) return plainMs
    const kind = hourKind(policy, hours, atMs)
    if (kind === 'preferred' && atMs - nowMs <= policy.preferredWithinMs) return atMs
    if (kind !== 'risk') plainMs ??= atMs
  }
  return plainMs ?? nowMs
}

function within(ranges: CalendarPolicy['riskHoursUtc'], nowMs: number): boolean {
  const hour = Math.floor(nowMs / HOUR_MS) % 24
  return ranges.some(([from, until]) => (from < until ? hour >= from && hour < until : hour >= from || hour < until))
}
