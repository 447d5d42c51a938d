/** Retries may add only so much load to a model, all nodes together; falling back is not a retry (engine.md, Retry budget). */
import type { RetryBudgetPolicy } from './policy.ts'
import { addToSlices, type Slice, sumSlices } from './time-slices.ts'

export interface RetryBudgetState {
  /** Attempts begun that were no retries, and those that were. */
  slices: readonly Slice[]
}

export type RetryBudgetEvent = { type: 'begun' | 'released'; retry: boolean }

export const UNSPENT_RETRY_BUDGET: RetryBudgetState = Object.freeze({ slices: [] })

export function reduceRetryBudget(
  state: RetryBudgetState,
  { type, retry }: RetryBudgetEvent,
  policy: RetryBudgetPolicy,
  nowMs: number,
): RetryBudgetState {
  const by = type === 'begun' ? 1 : -1
  return { slices: addToSlices(state.slices, policy.windowMs, nowMs, retry ? 0 : by, retry ? by : 0) }
}

/** Whether one more retry keeps within the floor plus the share of other attempts in the window. */
export function retryAllowed(state: RetryBudgetState, policy: RetryBudgetPolicy, nowMs: number): boolean {
  const { first: others, second: retries } = sumSlices(state.slices, nowMs - policy.windowMs)
  return retries + 1 <= policy.floor + policy.share * others
}
