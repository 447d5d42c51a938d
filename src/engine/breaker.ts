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
  lastOverloadedMs: number
  /** When a probe last closed it (Unix ms; null: none did): shares are taken anew from there. */
  closedAtMs: number | null
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
  lastOverloadedMs: 0,
  closedAtMs: null,
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
      return isProbe ? closed(state, nowMs) : { ...state, begunSince: 0, overloadedSince: 0 }
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
 * other model of the chain is out too. A model that has only refused lately is down, not strained.
 */
export function isStrained(state: BreakerState, policy: BreakerPolicy, nowMs: number): boolean {
  const sinceMs = strainedSinceMs(state, policy, nowMs)
  return sinceMs !== null && sinceMs <= nowMs
}

/** When a turn should look again, in Unix ms: when the model may count as strained, at the end of the cool-down, or soon. */
export function breakerLookAgainMs(state: BreakerState, policy: BreakerPolicy, nowMs: number): number {
  const { openUntilMs } = state
  const coolDownEndsMs = openUntilMs !== null && nowMs < openUntilMs ? openUntilMs : nowMs + policy.lookAgainMs
  const strainedMs = strainedSinceMs(state, policy, nowMs)
  return strainedMs === null || strainedMs <= nowMs ? coolDownEndsMs : Math.min(coolDownEndsMs, strainedMs)
}

/**
 * From when an open model counts as strained, in Unix ms; null: it does not. The share over the window decides, taken as if
 * one more call had been refused and one answered, since a few calls say little; a row of refusals speaks against it for
 * the length of one cool-down.
 */
function strainedSinceMs(state: BreakerState, policy: BreakerPolicy, nowMs: number): number | null {
  const { first: begun, second: overloaded } = sumSlices(state.slices, nowMs - policy.windowMs)
  if (state.openUntilMs === null || overloaded + 1 > policy.strainedShareMax * (begun + 2)) return null
  return refusesAll(state, policy) ? state.lastOverloadedMs + policy.coolDownMs : nowMs
}

function counting(state: BreakerState, begun: number, overloaded: number, policy: BreakerPolicy, nowMs: number): BreakerState {
  return {
    ...state,
    slices: addToSlices(state.slices, policy.windowMs, nowMs, begun, overloaded),
    begunSince: Math.max(0, state.begunSince + begun),
    overloadedSince: state.overloadedSince + overloaded,
    lastOverloadedMs: overloaded > 0 ? nowMs : state.lastOverloadedMs,
  }
}

function shouldOpen(state: BreakerState, policy: BreakerPolicy, nowMs: number): boolean {
  if (refusesAll(state, policy)) return true
  const windowFromMs = nowMs - policy.windowMs
  const { first: begun, second: overloaded } = sumSlices(state.slices, Math.max(windowFromMs, state.closedAtMs ?? windowFromMs))
  return begun >= policy.samplesMin && overloaded > policy.openShare * begun
}

/** So many in a row, and of those begun meanwhile few are still under way. */
function refusesAll({ begunSince, overloadedSince }: BreakerState, policy: BreakerPolicy): boolean {
  return overloadedSince >= policy.openInARow && overloadedSince > policy.strainedShareMax * begunSince
}

/** What was seen is kept, to tell strained from down when it opens again. */
function closed(state: BreakerState, nowMs: number): BreakerState {
  return { ...CLOSED_BREAKER, slices: state.slices, closedAtMs: nowMs }
}

function opened(state: BreakerState, coolDownMs: number, nowMs: number): BreakerState {
  return { ...state, openUntilMs: nowMs + coolDownMs, coolDownMs, probe: null }
}
