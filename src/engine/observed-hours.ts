/** What the ledger has seen of a model, per hour of the week: at most 168 pairs, and old weeks fade. */
import type { Attempt } from '../domain/attempt.ts'

const HOUR_MS = 3_600_000
const HOURS_PER_WEEK = 168
/** At this many attempts an hour's counts are halved, so that the newest weeks weigh most. */
const FADE_AT = 1_000

/** By hour of the week as in `hourOfWeek`: attempts, and those of them that were overloaded. */
export type ObservedHours = Readonly<Record<string, readonly [attempts: number, overloaded: number]>>

/** Hour of the week in UTC, 0–167, counted from Thursday midnight as Unix time is. */
export function hourOfWeek(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS) % HOURS_PER_WEEK
}

export function observeHour(hours: ObservedHours, outcome: Attempt['outcome'], nowMs: number): ObservedHours {
  const hour = String(hourOfWeek(nowMs))
  const [attempts, overloaded] = hours[hour] ?? [0, 0]
  const fade = attempts >= FADE_AT ? 0.5 : 1
  return { ...hours, [hour]: [Math.ceil(attempts * fade) + 1, Math.ceil(overloaded * fade) + (outcome === 'overloaded' ? 1 : 0)] }
}
