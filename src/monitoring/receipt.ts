/** Attempts added up as a receipt: what was paid for, what may have been, and the tokens behind it. */
import { addCounts, type Counts, countOf, familyOf } from './counts.ts'

export interface Receipt {
  /** Turns that ended. */
  requests: number
  attempts: number
  succeeded: number
  costUsd: number
  /** Attempts that were charged for sure, and those of which nobody can tell: these are not in `costUsd`. */
  billed: { yes: number; maybe: number }
  /** What the latter would add if all of them were charged, as estimated before they were sent. */
  maybeCostUsd: number
  tokens: {
    prompt: number
    output: number
    thought: number
    /** As far as the upstream tells them apart. */
    promptByModality: Record<string, number>
    outputByModality: Record<string, number>
  }
  /** Waits decided on after attempts that failed, all added up. */
  waitMs: number
}

/** Of bags of counts, and the money beside them in millionths of a dollar. */
export function receiptOf(tallies: readonly { costMicros: number; counts: Counts }[]): Receipt {
  const counts = addCounts(tallies.map((tally) => tally.counts))
  return {
    requests: Object.values(familyOf(counts, 'turn')).reduce((sum, n) => sum + n, 0),
    attempts: countOf(counts, 'attempts'),
    succeeded: countOf(counts, 'outcome/succeeded'),
    costUsd: tallies.reduce((sum, { costMicros }) => sum + costMicros, 0) / 1_000_000,
    billed: { yes: countOf(counts, 'billed/yes'), maybe: countOf(counts, 'billed/maybe') },
    maybeCostUsd: countOf(counts, 'maybeMicros') / 1_000_000,
    tokens: {
      prompt: countOf(counts, 'tokens/prompt'),
      output: countOf(counts, 'tokens/output'),
      thought: countOf(counts, 'tokens/thought'),
      promptByModality: familyOf(counts, 'prompt'),
      outputByModality: familyOf(counts, 'output'),
    },
    waitMs: countOf(counts, 'waitMs'),
  }
}
