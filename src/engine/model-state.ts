/**
 * All that nodes share about one (endpoint project, model): breaker, retry budget, quotas, who waits for a slot, hours of risk.
 * One JSON value of bounded size, changed under a row lock by these functions only; they are pure. Nothing leaks when a
 * node dies in between: slots and budget come back with time, the probe at its own timeout.
 */
import type { Attempt } from '../domain/attempt.ts'
import type { Endpoint, EndpointLimits } from '../domain/endpoint.ts'
import type { FailureFacts } from '../domain/failure.ts'
import { askAgainMs } from './backoff.ts'
import { type BreakerState, breakerLookAgainMs, breakerPhase, CLOSED_BREAKER, isStrained, reduceBreaker } from './breaker.ts'
import { type FairState, grantSlot, mayTakeSlot, NOBODY_WAITS, promiseSlot } from './fair-queue.ts'
import { type ObservedHours, observeHour } from './observed-hours.ts'
import type { SharedPolicy } from './policy.ts'
import { type QuotaState, quotaVerdict, reduceQuota, slotMs, UNUSED_QUOTA } from './quota.ts'
import { type RetryBudgetState, reduceRetryBudget, retryAllowed, UNSPENT_RETRY_BUDGET } from './retry-budget.ts'

export interface ModelState {
  breaker: BreakerState
  retryBudget: RetryBudgetState
  quota: QuotaState
  fair: FairState
  hours: ObservedHours
}

export const initialModelState: ModelState = Object.freeze({
  breaker: CLOSED_BREAKER,
  retryBudget: UNSPENT_RETRY_BUDGET,
  quota: UNUSED_QUOTA,
  fair: NOBODY_WAITS,
  hours: {},
})

/**
 * `first` of a turn, or again after a repair, which costs no retry; `retry` on a model it has asked; `fallback` to one it has
 * not; `probe` of a half-open breaker.
 */
export type ReserveKind = 'first' | 'retry' | 'fallback' | 'probe'

export interface ReserveAsk {
  kind: ReserveKind
  turnId: string
  tenantId: string
  /** Number the attempt will have, from 1. */
  attempt: number
  /** Tokens of the request as planned, and pictures asked for. */
  tokens: number
  images: number
  /** The attempt's timeout: a probe whose node died is forgotten after it. */
  timeoutMs: number
  /** When the turn was waiting for a slot: the time it was promised (its `waitingUntilMs`); else null. */
  promisedAtMs: number | null
  /** Ask although the breaker is open: the model is strained, not down, and no other is left. */
  throughOpen: boolean
}

export type RefusalReason = 'breaker' | 'retry_budget' | 'quota' | 'quota_day'

export type Availability = { ok: true } | { ok: false; reason: RefusalReason; untilMs: number }

export type Reservation = { ok: true; state: ModelState } | { ok: false; reason: RefusalReason; untilMs: number }

/** The key of the shared state: quotas belong to a project, not to a key or an endpoint. */
export function stateKey(endpoint: Pick<Endpoint, 'project'>, model: string): string {
  return `${endpoint.project}/${model}`
}

/** Whether an attempt may go now, and if not, why and when to look again (Unix ms). Changes nothing. */
export function availability(
  state: ModelState,
  ask: Pick<ReserveAsk, 'kind' | 'turnId' | 'tenantId' | 'promisedAtMs' | 'throughOpen'>,
  limits: EndpointLimits,
  policy: SharedPolicy,
  nowMs: number,
): Availability {
  const quota = quotaVerdict(state.quota, limits, policy.quota, nowMs)
  if (!quota.ok && quota.period === 'day') return { ok: false, reason: 'quota_day', untilMs: quota.untilMs }
  if (!breakerAdmits(state, ask, policy, nowMs)) {
    return { ok: false, reason: 'breaker', untilMs: breakerLookAgainMs(state.breaker, policy.breaker, nowMs) }
  }
  if (ask.kind === 'retry' && !retryAllowed(state.retryBudget, policy.retryBudget, nowMs)) {
    return { ok: false, reason: 'retry_budget', untilMs: askAgainMs(policy.retryBudget.windowMs, ask.turnId, nowMs) }
  }
  if (!quota.ok) return { ok: false, reason: 'quota', untilMs: quota.untilMs }
  const spacingMs = slotMs(state.quota, limits, policy.quota, nowMs)
  if (spacingMs > 0 && !mayTakeSlot(state.fair, ask, spacingMs, nowMs))
    return { ok: false, reason: 'quota', untilMs: Math.ceil(nowMs + spacingMs) }
  return { ok: true }
}

/** Takes what an attempt needs, just before its ledger row is written. `limits` are those of its endpoint. */
export function reserve(state: ModelState, ask: ReserveAsk, limits: EndpointLimits, policy: SharedPolicy, nowMs: number): Reservation {
  const verdict = availability(state, ask, limits, policy, nowMs)
  if (!verdict.ok) return verdict
  const spacingMs = slotMs(state.quota, limits, policy.quota, nowMs)
  const begun = { type: 'begun', retry: ask.kind === 'retry' } as const
  const { turnId, attempt } = ask
  const admitted = { type: 'begun', turnId, attempt, probe: ask.kind === 'probe', untilMs: nowMs + ask.timeoutMs } as const
  return {
    ok: true,
    state: {
      ...state,
      breaker: reduceBreaker(state.breaker, admitted, policy.breaker, nowMs),
      retryBudget: reduceRetryBudget(state.retryBudget, begun, policy.retryBudget, nowMs),
      quota: reduceQuota(state.quota, { type: 'reserved', need: ask }, limits, policy.quota, nowMs),
      fair: spacingMs > 0 ? grantSlot(state.fair, ask, spacingMs, policy.quota.fairTenantsMax, nowMs) : state.fair,
    },
  }
}

/**
 * Puts a turn that found no slot (`quota`) in line, fairly across tenants. `untilMs` (Unix ms) is when its slot is due: to be
 * stored as its `waitingUntilMs` and passed as `promisedAtMs` when it asks again.
 */
export function joinLine(
  state: ModelState,
  ask: ReserveAsk,
  limits: EndpointLimits,
  policy: SharedPolicy,
  nowMs: number,
): { state: ModelState; untilMs: number } {
  const verdict = quotaVerdict(state.quota, limits, policy.quota, nowMs)
  const freeAtMs = verdict.ok ? nowMs : verdict.untilMs
  const spacingMs = slotMs(state.quota, limits, policy.quota, nowMs)
  const promise = promiseSlot(state.fair, ask, spacingMs, freeAtMs, policy.quota.fairTenantsMax, nowMs)
  return { state: { ...state, fair: promise.state }, untilMs: promise.promisedAtMs }
}

/** What an attempt ended with, as its ledger row says. */
export interface AttemptResult {
  turnId: string
  attempt: number
  outcome: Exclude<Attempt['outcome'], null>
  facts: FailureFacts
  /** Prompt tokens the upstream counted beyond those reserved; negative when it counted fewer, 0 when it did not say. */
  tokensMore: number
}

/** Learns from the end of an attempt; to be called once, in the transaction that closes its ledger row. */
export function settle(state: ModelState, result: AttemptResult, limits: EndpointLimits, policy: SharedPolicy, nowMs: number): ModelState {
  const { outcome, facts, tokensMore } = result
  const refused = outcome === 'rate_limited' || outcome === 'quota_exhausted'
  const counted = reduceQuota(state.quota, { type: 'counted', tokensMore }, limits, policy.quota, nowMs)
  return {
    ...state,
    breaker: reduceBreaker(state.breaker, { type: 'ended', ...result }, policy.breaker, nowMs),
    quota: refused ? reduceQuota(counted, { type: 'refused', facts }, limits, policy.quota, nowMs) : counted,
    hours: observeHour(state.hours, outcome, nowMs),
  }
}

/** Gives back what was reserved for an attempt that was certainly never sent. */
export function release(state: ModelState, ask: ReserveAsk, limits: EndpointLimits, policy: SharedPolicy, nowMs: number): ModelState {
  return {
    ...state,
    breaker: reduceBreaker(state.breaker, { type: 'released', turnId: ask.turnId, attempt: ask.attempt }, policy.breaker, nowMs),
    retryBudget: reduceRetryBudget(state.retryBudget, { type: 'released', retry: ask.kind === 'retry' }, policy.retryBudget, nowMs),
    quota: reduceQuota(state.quota, { type: 'released', need: ask }, limits, policy.quota, nowMs),
  }
}

function breakerAdmits(
  { breaker }: ModelState,
  ask: Pick<ReserveAsk, 'kind' | 'throughOpen'>,
  policy: SharedPolicy,
  nowMs: number,
): boolean {
  const phase = breakerPhase(breaker, nowMs)
  if (phase === 'closed') return true
  if (phase === 'half_open') return ask.kind === 'probe'
  return ask.throughOpen && isStrained(breaker, policy.breaker, nowMs)
}
