/**
 * One breaker per endpoint project and model, a reducer over what attempts ended with (engine.md, Breaker).
 *
 *   closed ──too many overloaded──▶ open ──cool-down over──▶ half-open ──probe answered──▶ closed
 *                                    ▲                          │
 *                                    └──probe overloaded, twice the cool-down──┘
 *
 * Half-open admits one attempt of the whole cluster; a probe whose node died is forgotten at its own timeout.
 */
import type { Attempt } from '../domain/attempt.ts'
import type { BreakerPolicy } from './policy.ts'
import { addToSlices, type Slice, sumSlices } from './time-slices.ts'

export interface BreakerState {
  /** Attempts that said something of capacity, and those of them that were overloaded. */
  slices: readonly Slice[]
  overloadedInARow: number
  /** End of the cool-down (Unix ms); null while closed. */
  openUntilMs: number | null
  /** Length of the last cool-down; 0 while closed. */
  coolDownMs: number
  probe: { turnId: string; attempt: number; untilMs: number } | null
}

export type BreakerPhase = 'closed' | 'open' | 'half_open' | 'probing'

export type BreakerEvent =
  | { type: 'probe_started'; turnId: string; attempt: number; untilMs: number }
  | { type: 'probe_released'; turnId: string; attempt: number }
  | { type: 'ended'; turnId: string; attempt: number; outcome: Exclude<Attempt['outcome'], null> }

export const CLOSED_BREAKER: BreakerState = Object.freeze({
  slices: [],
  overloadedInARow: 0,
  openUntilMs: null,
  coolDownMs: 0,
  probe: null,
})

/** What an end says of the model's capacity. `rate_limited` says nothing: it is about our quota. */
const EVIDENCE: Readonly<Record<Exclude<Attempt['outcome'], null>, 'answers' | 'overloaded' | 'nothing'>> = Object.freeze({
  succeeded: 'answers',
  blocked: 'answers',
  no_image: 'answers',
  upstream_fault: 'answers',
  overloaded: 'overloaded',
  unreachable: 'nothing',
  rate_limited: 'nothing',
  quota_exhausted: 'nothing',
  ambiguous: 'nothing',
  media_gone: 'nothing',
  signature_rejected: 'nothing',
  too_large: 'nothing',
  rejected: 'nothing',
  canceled: 'nothing',
})

export function reduceBreaker(state: BreakerState, event: BreakerEvent, policy: BreakerPolicy, nowMs: number): BreakerState {
  const isProbe = state.probe !== null && state.probe.turnId === event.turnId && state.probe.attempt === event.attempt
  switch (event.type) {
    case 'probe_started':
      return { ...state, probe: { turnId: event.turnId, attempt: event.attempt, untilMs: event.untilMs } }
    case 'probe_released':
      return isProbe ? { ...state, probe: null } : state
    case 'ended': {
      const evidence = EVIDENCE[event.outcome]
      const seen = evidence === 'nothing' ? state : observed(state, evidence === 'overloaded', policy, nowMs)
      if (isProbe) return afterProbe(seen, evidence, policy, nowMs)
      return seen.openUntilMs === null && shouldOpen(seen, policy, nowMs) ? opened(seen, policy.coolDownMs, nowMs) : seen
    }
  }
}

/** Whether attempts may pass. `half_open`: one may, as the probe; `probing`: it is on its way. */
export function breakerPhase(state: BreakerState, nowMs: number): BreakerPhase {
  if (state.openUntilMs === null) return 'closed'
  if (nowMs < state.openUntilMs) return 'open'
  return state.probe !== null && nowMs < state.probe.untilMs ? 'probing' : 'half_open'
}

/**
 * Whether an open breaker stands before a model that still answers now and then: better asked than nobody, when every
 * other model of the chain is out too. A model that has only refused lately is not strained but down.
 */
export function isStrained(state: BreakerState, policy: BreakerPolicy, nowMs: number): boolean {
  if (state.openUntilMs === null || state.overloadedInARow >= policy.openInARow) return false
  const { first: attempts, second: overloaded } = sumSlices(state.slices, policy.windowMs, nowMs)
  return attempts > overloaded && overloaded <= policy.strainedShareMax * attempts
}

/** When a turn should look again: at the end of the cool-down, or soon while a probe is on its way. Unix ms. */
export function breakerLookAgainMs(state: BreakerState, policy: BreakerPolicy, nowMs: number): number {
  if (state.openUntilMs !== null && nowMs < state.openUntilMs) return state.openUntilMs
  return nowMs + policy.lookAgainMs
}

function observed(state: BreakerState, overloaded: boolean, policy: BreakerPolicy, nowMs: number): BreakerState {
  return {
    ...state,
    slices: addToSlices(state.slices, policy.windowMs, nowMs, 1, overloaded ? 1 : 0),
    overloadedInARow: overloaded ? state.overloadedInARow + 1 : 0,
  }
}

function shouldOpen(state: BreakerState, policy: BreakerPolicy, nowMs: number): boolean {
  if (state.overloadedInARow >= policy.openInARow) return true
  const { first: attempts, second: overloaded } = sumSlices(state.slices, policy.windowMs, nowMs)
  return attempts >= policy.samplesMin && overloaded > policy.openShare * attempts
}

function afterProbe(
  state: BreakerState,
  evidence: 'answers' | 'overloaded' | 'nothing',
  policy: BreakerPolicy,
  nowMs: number,
): BreakerState {
  if (evidence === 'answers') return CLOSED_BREAKER
  if (evidence === 'nothing') return { ...state, probe: null }
  return opened(state, Math.min(2 * state.coolDownMs, policy.coolDownMaxMs), nowMs)
}

function opened(state: BreakerState, coolDownMs: number, nowMs: number): BreakerState {
  return { ...state, openUntilMs: nowMs + coolDownMs, coolDownMs, probe: null }
}
