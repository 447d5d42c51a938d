/**
 * One breaker per endpoint project and model, a reducer over attempts as they begin and end (engine.md, Breaker).
 *
 *   closed ──too many overloaded──▶ open ──cool-down over──▶ half-open ──probe answered──▶ closed
 *                                    ▲                          │
 *                                    └──probe overloaded, twice the cool-down──┘
 *
 * Half-open admits one attempt of the whole cluster; a probe whose node died is forgotten at its own timeout.
 *
 * Refusals come back in seconds and pictures after a minute, so shares are taken of attempts begun, not ended: counted by
 * their ends, a model that refuses one call in eight looks dead until its first picture is ready.
 */
import type { Attempt } from '../domain/attempt.ts'
import type { BreakerPolicy } from './policy.ts'
import { addToSlices, type Slice, sumSlices } from './time-slices.ts'

export interface BreakerState {
  /** Attempts begun, and those overloaded. */
  slices: readonly Slice[]
  /** The same since the model last answered. */
  begunSince: number
  overloadedSince: number
  /** End of the cool-down (Unix ms); null while closed. */
  openUntilMs: number | null
  /** Length of the last cool-down; 0 while closed. */
  coolDownMs: number
  probe: { turnId: string; attempt: number; untilMs: number } | null
}

export type BreakerPhase = 'closed' | 'open' | 'half_open' | 'probing'

export type BreakerEvent =
  | { type: 'begun'; turnId: string; attempt: number; probe: boolean; untilMs: number }
  /** It was never sent. */
  | { type: 'released'; turnId: string; attempt: number }
  | { type: 'ended'; turnId: string; attempt: number; outcome: Exclude<Attempt['outcome'], null> }

export const CLOSED_BREAKER: BreakerState = Object.freeze({
  slices: [],
  begunSince: 0,
  overloadedSince: 0,
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
  const { turnId, attempt } = event
  if (event.type === 'begun') {
    const counted = counting(state, 1, 0, policy, nowMs)
    return event.probe ? { ...counted, probe: { turnId, attempt, untilMs: event.untilMs } } : counted
  }
  const isProbe = state.probe !== null && state.probe.turnId === turnId && state.probe.attempt === attempt
  const evidence = event.type === 'released' ? 'nothing' : EVIDENCE[event.outcome]
  switch (evidence) {
    case 'answers':
      return isProbe ? CLOSED_BREAKER : { ...state, begunSince: 0, overloadedSince: 0 }
    case 'nothing': {
      const counted = counting(state, -1, 0, policy, nowMs)
      return isProbe ? { ...counted, probe: null } : counted
    }
    case 'overloaded': {
      const counted = counting(state, 0, 1, policy, nowMs)
      if (isProbe) return opened(counted, Math.min(2 * state.coolDownMs, policy.coolDownMaxMs), nowMs)
      return state.openUntilMs === null && shouldOpen(counted, policy, nowMs) ? opened(counted, policy.coolDownMs, nowMs) : counted
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
  if (state.openUntilMs === null || refusesAll(state, policy)) return false
  const { first: begun, second: overloaded } = sumSlices(state.slices, policy.windowMs, nowMs)
  return begun > 0 && overloaded <= policy.strainedShareMax * begun
}

/** When a turn should look again: at the end of the cool-down, or soon while a probe is on its way. Unix ms. */
export function breakerLookAgainMs(state: BreakerState, policy: BreakerPolicy, nowMs: number): number {
  if (state.openUntilMs !== null && nowMs < state.openUntilMs) return state.openUntilMs
  return nowMs + policy.lookAgainMs
}

function counting(state: BreakerState, begun: number, overloaded: number, policy: BreakerPolicy, nowMs: number): BreakerState {
  return {
    ...state,
    slices: addToSlices(state.slices, policy.windowMs, nowMs, begun, overloaded),
    begunSince: Math.max(0, state.begunSince + begun),
    overloadedSince: state.overloadedSince + overloaded,
  }
}

function shouldOpen(state: BreakerState, policy: BreakerPolicy, nowMs: number): boolean {
  if (refusesAll(state, policy)) return true
  const { first: begun, second: overloaded } = sumSlices(state.slices, policy.windowMs, nowMs)
  return begun >= policy.samplesMin && overloaded > policy.openShare * begun
}

/** So many in a row, and of those begun meanwhile few are still under way. */
function refusesAll({ begunSince, overloadedSince }: BreakerState, policy: BreakerPolicy): boolean {
  return overloadedSince >= policy.openInARow && overloadedSince > policy.strainedShareMax * begunSince
}

function opened(state: BreakerState, coolDownMs: number, nowMs: number): BreakerState {
  return { ...state, openUntilMs: nowMs + coolDownMs, coolDownMs, probe: null }
}
