import { describe, expect, it } from 'vitest'
import { type RetryBudgetState, reduceRetryBudget, retryAllowed, UNSPENT_RETRY_BUDGET } from '../../src/engine/retry-budget.ts'

const policy = { windowMs: 10_000, share: 0.2, floor: 2 }

function begun(state: RetryBudgetState, count: number, retry: boolean, nowMs: number): RetryBudgetState {
  let next = state
  for (let n = 0; n < count; n++) next = reduceRetryBudget(next, { type: 'begun', retry }, policy, nowMs)
  return next
}

describe('the retry budget', () => {
  it('always allows the floor', () => {
    expect(retryAllowed(begun(UNSPENT_RETRY_BUDGET, 1, true, 0), policy, 0)).toBe(true)
    expect(retryAllowed(begun(UNSPENT_RETRY_BUDGET, 2, true, 0), policy, 0)).toBe(false)
  })

  it('adds a fifth of other attempts', () => {
    const busy = begun(UNSPENT_RETRY_BUDGET, 50, false, 0)
    expect(retryAllowed(begun(busy, 11, true, 0), policy, 0)).toBe(true)
    expect(retryAllowed(begun(busy, 12, true, 0), policy, 0)).toBe(false)
  })

  it('comes back after ten seconds', () => {
    const spent = begun(UNSPENT_RETRY_BUDGET, 2, true, 3_000)
    expect(retryAllowed(spent, policy, 12_999)).toBe(false)
    expect(retryAllowed(spent, policy, 13_000)).toBe(true)
  })

  it('is given back for an attempt that was never sent', () => {
    const spent = begun(UNSPENT_RETRY_BUDGET, 2, true, 0)
    expect(retryAllowed(reduceRetryBudget(spent, { type: 'released', retry: true }, policy, 100), policy, 100)).toBe(true)
  })

  it('stays small under any load', () => {
    let state = UNSPENT_RETRY_BUDGET
    for (let nowMs = 0; nowMs < 100_000; nowMs += 7) state = begun(state, 1, nowMs % 2 === 0, nowMs)
    expect(state.slices.length).toBeLessThanOrEqual(11)
  })
})
