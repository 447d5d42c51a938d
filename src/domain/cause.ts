/** What lies behind a failure, as far as it is counted and alerted on: a closed set, where the facts themselves are open. */
import type { FailureFacts, FailureKind, RejectionCause } from './failure.ts'

export type Cause = RejectionCause | 'day' | 'zero' | 'safety' | 'policy'

/** Filters that no setting switches off, and that the same prompt will meet again (wire-facts §1.2). */
const POLICY_REASONS: ReadonlySet<string> = new Set([
  ...['PROHIBITED_CONTENT', 'IMAGE_PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'RECITATION', 'IMAGE_RECITATION', 'MODEL_ARMOR', 'JAILBREAK'],
])

/** `rejected`: who can mend it; `quota_exhausted`: the day's, or one of zero; `blocked`: by which filter. Null for all else. */
export function causeOf(outcome: 'succeeded' | FailureKind, facts: FailureFacts): Cause | null {
  switch (outcome) {
    case 'rejected':
      return facts.rejection ?? 'other'
    case 'quota_exhausted': {
      const quotas = facts.quotas ?? []
      if (quotas.some(({ limit }) => limit === 0)) return 'zero'
      return quotas.some(({ period }) => period === 'day') ? 'day' : null
    }
    case 'blocked':
      return POLICY_REASONS.has(facts.blockReason ?? facts.finishReason ?? '') ? 'policy' : 'safety'
    default:
      return null
  }
}
