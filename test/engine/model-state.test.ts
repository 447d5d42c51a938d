import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../src/domain/failure.ts'
import {
  availability,
  initialModelState,
  joinLine,
  type ModelState,
  type ReserveAsk,
  release,
  reserve,
  settle,
} from '../../src/engine/model-state.ts'
import { ask, downSince, POLICIES, START_MS } from './a-turn.ts'

const limits = { rpm: 10 }

function reserved(state: ModelState, more: Partial<ReserveAsk>, nowMs: number): ModelState {
  const taken = reserve(state, ask(more), limits, POLICIES, nowMs)
  if (!taken.ok) throw new Error(`refused: ${taken.reason}`)
  return taken.state
}

describe('a reservation', () => {
  it('takes a slot, so that the next one waits', () => {
    const state = reserved(initialModelState, {}, START_MS)
    expect(reserve(state, ask(), limits, POLICIES, START_MS)).toEqual({ ok: false, reason: 'quota', untilMs: START_MS + 6_000 })
  })

  it('given back leaves the state as usable as before', () => {
    const probed = reserved(downSince(START_MS), { kind: 'probe' }, START_MS + 60_000)
    const back = release(probed, ask({ kind: 'probe' }), limits, POLICIES, START_MS + 60_100)
    expect(availability(back, ask({ kind: 'probe' }), limits, POLICIES, START_MS + 60_100)).toEqual({ ok: true })
  })

  it('of a node that died comes back by itself: the slot with time, the probe at its timeout', () => {
    const probed = reserved(downSince(START_MS), { kind: 'probe', timeoutMs: 120_000 }, START_MS + 60_000)
    const at = (nowMs: number) => availability(probed, ask({ kind: 'probe' }), limits, POLICIES, nowMs)
    expect(at(START_MS + 179_999)).toMatchObject({ ok: false, reason: 'breaker' })
    expect(at(START_MS + 180_000)).toEqual({ ok: true })
  })

  it('of the probe is for one turn of the whole cluster', () => {
    const nowMs = START_MS + 60_000
    const probed = reserved(downSince(START_MS), { kind: 'probe', turnId: 'trn_a' }, nowMs)
    expect(reserve(probed, ask({ kind: 'probe', turnId: 'trn_b' }), {}, POLICIES, nowMs)).toMatchObject({ ok: false, reason: 'breaker' })
  })

  it('as an ordinary attempt is refused where only a probe may go', () => {
    expect(reserve(downSince(START_MS), ask(), {}, POLICIES, START_MS + 60_000)).toMatchObject({ ok: false, reason: 'breaker' })
  })

  it('changes nothing but the state it returns', () => {
    const before = JSON.stringify(initialModelState)
    const state = settle(reserved(initialModelState, {}, START_MS), result('overloaded'), limits, POLICIES, START_MS)
    joinLine(state, ask(), limits, POLICIES, START_MS)
    expect(JSON.stringify(initialModelState)).toBe(before)
  })
})

function result(outcome: 'succeeded' | FailureKind) {
  return { turnId: 'trn_other', attempt: 1, outcome, facts: {}, tokensMore: 0 }
}

describe('the state', () => {
  it('is JSON, and stays small whatever happens to it', () => {
    let state = initialModelState
    const kinds = ['succeeded', 'overloaded', 'rate_limited', 'ambiguous'] as const
    for (let n = 0; n < 5_000; n++) {
      const nowMs = START_MS + n * 313_000
      const mine = ask({ tenantId: `tenant${n}`, turnId: `trn_${n}`, kind: n % 3 === 0 ? 'retry' : 'first' })
      const taken = reserve(state, mine, limits, POLICIES, nowMs)
      state = taken.ok ? taken.state : joinLine(state, mine, limits, POLICIES, nowMs).state
      state = joinLine(state, ask({ tenantId: `other${n}` }), limits, POLICIES, nowMs).state
      state = settle(state, result(kinds[n % 4] ?? 'succeeded'), limits, POLICIES, nowMs)
    }
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
    expect(JSON.stringify(state).length).toBeLessThan(10_000)
    expect(Object.keys(state.fair.tenants).length).toBeLessThanOrEqual(POLICIES.quota.fairTenantsMax)
  })
})
