/** The figures of any number of tallies: how attempts and turns fared. All but `requests` and `turns` are of attempts. */
import { addCounts, countOf, familyOf } from './counts.ts'
import { quantileMs } from './latency.ts'
import type { Tally } from './read-tallies.ts'

export interface Figures {
  /** Turns that ended; of one model: those that asked it last. */
  requests: number
  /** The same by the status they ended with. */
  turns: Record<string, number>
  /** Attempts that ended. */
  attempts: number
  succeeded: number
  failed: number
  /** Succeeded of all attempts, 0 to 1; null when there were none. */
  successRate: number | null
  /** Of attempts that succeeded, from the opening of the connection to the last byte; within 2 %. Null when there were none. */
  latencyMs: { p50: number | null; p95: number | null; p99: number | null }
  /** `none`: no answer came. */
  byHttpStatus: Record<string, number>
  byOutcome: Record<string, number>
  /** Answers given by a model the chain does not begin with, and their share of all answers. */
  fallbacks: number
  fallbackRate: number | null
  /** Attempts made again on the same model for each that succeeded; null when none did. */
  retriesPerSuccess: number | null
  costUsd: number
}

export function figuresOf(tallies: readonly Tally[]): Figures {
  const counts = addCounts(tallies.map((tally) => tally.counts))
  const attempts = countOf(counts, 'attempts')
  const succeeded = countOf(counts, 'outcome/succeeded')
  const fallbacks = countOf(counts, 'fallbacks')
  const turns = familyOf(counts, 'turn')
  const latencies = familyOf(counts, 'ms')
  return {
    requests: Object.values(turns).reduce((sum, n) => sum + n, 0),
    turns,
    attempts,
    succeeded,
    failed: attempts - succeeded,
    successRate: ratio(succeeded, attempts),
    latencyMs: { p50: quantileMs(latencies, 0.5), p95: quantileMs(latencies, 0.95), p99: quantileMs(latencies, 0.99) },
    byHttpStatus: familyOf(counts, 'status'),
    byOutcome: familyOf(counts, 'outcome'),
    fallbacks,
    fallbackRate: ratio(fallbacks, succeeded),
    retriesPerSuccess: ratio(countOf(counts, 'next/retry'), succeeded),
    costUsd: usdOf(tallies),
  }
}

export function usdOf(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, { costMicros }) => sum + costMicros, 0) / 1_000_000
}

/** A share or ratio to four decimals; null of nothing. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000
}
