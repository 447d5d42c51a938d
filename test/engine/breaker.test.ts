import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../src/domain/failure.ts'
import { type BreakerState, breakerLookAgainMs, breakerPhase, CLOSED_BREAKER, isStrained, reduceBreaker } from '../../src/engine/breaker.ts'
import { POLICIES } from './a-turn.ts'

const policy = POLICIES.breaker
type Outcome = 'succeeded' | FailureKind

let turns = 0
function begun(state: BreakerState, nowMs: number, probe = false): BreakerState {
  return reduceBreaker(state, { type: 'begun', turnId: `t${++turns}`, attempt: 1, probe, untilMs: nowMs + 300_000 }, policy, nowMs)
}

function ended(state: BreakerState, outcome: Outcome, nowMs: number): BreakerState {
  const { turnId, attempt } = state.probe ?? { turnId: 'another', attempt: 1 }
  return reduceBreaker(state, { type: 'ended', turnId, attempt, outcome }, policy, nowMs)
}

function endedWith(outcomes: readonly Outcome[], nowMs = 0, from = CLOSED_BREAKER): BreakerState {
  return outcomes.reduce((state, outcome) => ended(begun(state, nowMs), outcome, nowMs), from)
}

const overloaded = (count: number): Outcome[] => Array.from({ length: count }, () => 'overloaded')
const fine = (count: number): Outcome[] => Array.from({ length: count }, () => 'succeeded')

describe('it opens', () => {
  it('after five overloaded in a row, not four', () => {
    expect(breakerPhase(endedWith(overloaded(4)), 0)).toBe('closed')
    expect(breakerPhase(endedWith(overloaded(5)), 0)).toBe('open')
    const broken = endedWith([...fine(20), ...overloaded(4), ...fine(1), ...overloaded(4)])
    expect(breakerPhase(broken, 0)).toBe('closed')
    expect(breakerPhase(endedWith(overloaded(1), 0, broken), 0)).toBe('open')
  })

  it('above 30 % of ten or more within five minutes', () => {
    const mixed = (bad: number, good: number): Outcome[] => [...fine(good), ...overloaded(bad)]
    expect(breakerPhase(endedWith(mixed(3, 7)), 0)).toBe('closed')
    expect(breakerPhase(endedWith(mixed(4, 6)), 0)).toBe('open')
    expect(breakerPhase(endedWith(mixed(4, 5)), 0)).toBe('closed')
    const old = endedWith(overloaded(4), 0)
    expect(breakerPhase(endedWith(mixed(2, 8), 301_000, old), 301_000)).toBe('closed')
  })

  it('never for refusals that are about our quota, our request or the network', () => {
    for (const kind of ['rate_limited', 'quota_exhausted', 'unreachable', 'rejected', 'ambiguous', 'media_gone'] as const) {
      expect(breakerPhase(endedWith(Array.from({ length: 50 }, () => kind)), 0)).toBe('closed')
    }
  })

  it('not because refusals come back sooner than pictures', () => {
    let state = CLOSED_BREAKER
    for (let n = 0; n < 60; n++) state = begun(state, 0)
    for (let n = 0; n < 8; n++) state = ended(state, 'overloaded', 1_000)
    expect(breakerPhase(state, 1_000)).toBe('closed')
  })
})

describe('open', () => {
  const open = endedWith(overloaded(5), 0)

  it('cools down for a minute, then admits one probe', () => {
    expect(breakerPhase(open, 59_999)).toBe('open')
    expect(breakerLookAgainMs(open, policy, 10_000)).toBe(60_000)
    expect(breakerPhase(open, 60_000)).toBe('half_open')
    expect(breakerPhase(begun(open, 60_000, true), 60_001)).toBe('probing')
  })

  it('doubles with every probe that is overloaded, up to a quarter of an hour', () => {
    let state = open
    const coolDowns: number[] = []
    for (let n = 0; n < 6; n++) {
      const nowMs = state.openUntilMs ?? 0
      state = ended(begun(state, nowMs, true), 'overloaded', nowMs)
      coolDowns.push((state.openUntilMs ?? 0) - nowMs)
    }
    expect(coolDowns).toEqual([120_000, 240_000, 480_000, 900_000, 900_000, 900_000])
  })

  it('closes when a probe is answered, and takes shares anew from there', () => {
    for (const outcome of ['succeeded', 'blocked'] as const) {
      const closed = ended(begun(open, 60_000, true), outcome, 90_000)
      expect(breakerPhase(closed, 90_000)).toBe('closed')
      expect(breakerPhase(endedWith([...fine(2), ...overloaded(4)], 121_000, closed), 121_000)).toBe('closed')
      expect(breakerPhase(endedWith([...fine(6), ...overloaded(4)], 121_000, closed), 121_000)).toBe('open')
    }
  })

  it('lets another probe go when one told nothing, or its node died', () => {
    const probing = begun(open, 60_000, true)
    expect(breakerPhase(ended(probing, 'rate_limited', 61_000), 61_000)).toBe('half_open')
    expect(breakerPhase(probing, 360_000)).toBe('half_open')
  })

  it('does not close for an answer that is not the probe’s', () => {
    const state = reduceBreaker(open, { type: 'ended', turnId: 'older', attempt: 1, outcome: 'succeeded' }, policy, 1_000)
    expect(breakerPhase(state, 1_000)).toBe('open')
  })
})

describe('strained or down', () => {
  it('a model that answers half the time is strained', () => {
    const half = endedWith(Array.from({ length: 11 }, (_, n) => (n % 2 === 0 ? 'overloaded' : 'succeeded')))
    expect(breakerPhase(half, 0)).toBe('open')
    expect(isStrained(half, policy, 0)).toBe(true)
  })

  it('a model that only refuses is down, also one of which little was seen', () => {
    expect(isStrained(endedWith(overloaded(20)), policy, 0)).toBe(false)
    expect(isStrained(endedWith(overloaded(5)), policy, 0)).toBe(false)
  })

  it('a row of refusals counts as down for one cool-down, then the share decides', () => {
    const state = endedWith([...fine(20), ...overloaded(9)])
    expect(breakerPhase(state, 0)).toBe('open')
    expect(isStrained(state, policy, 59_999)).toBe(false)
    expect(isStrained(state, policy, 60_000)).toBe(true)
    const probed = ended(begun(state, 60_000, true), 'overloaded', 60_000)
    expect(probed.openUntilMs).toBe(180_000)
    expect(breakerLookAgainMs(probed, policy, 70_000)).toBe(120_000)
  })

  it('a closed breaker is neither', () => {
    expect(isStrained(CLOSED_BREAKER, policy, 0)).toBe(false)
  })
})
