/** What is known of a quota, and how much of it is left: for people, where `quotaVerdict` is for turns. */
import type { EndpointLimits } from '../domain/endpoint.ts'
import type { QuotaPolicy } from './policy.ts'
import { limitsInForce, type QuotaState, quotaVerdict } from './quota.ts'

export interface QuotaUse {
  /** Configured or learned; absent: unknown. */
  limits: EndpointLimits
  /** Requests of the Pacific day so far. */
  requestsToday: number
  /** `minute`: full, for seconds; `day`: gone until midnight Pacific. */
  state: 'free' | 'minute' | 'day'
  /** Unix ms; null while `free`. */
  untilMs: number | null
}

export function quotaUse(state: QuotaState, limits: EndpointLimits, policy: QuotaPolicy, nowMs: number): QuotaUse {
  const verdict = quotaVerdict(state, limits, policy, nowMs)
  return {
    limits: limitsInForce(state, limits, policy, nowMs),
    requestsToday: nowMs < state.day.endsAtMs ? state.day.requests : 0,
    state: verdict.ok ? 'free' : verdict.period,
    untilMs: verdict.ok ? null : verdict.untilMs,
  }
}
