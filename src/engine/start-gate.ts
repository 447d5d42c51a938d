/** Whether a turn may start at all: `notBefore`, then the off-peak window. Only then its deadline begins to run. */
import type { WaitReason } from '../domain/turn.ts'
import { offPeakStartMs } from './calendar.ts'
import type { DecisionInput } from './decision.ts'
import { initialModelState, stateKey } from './model-state.ts'

/** The wait that is due before the start, with its end in Unix ms; null: the turn may start, or has. */
export function startWait({ turn, policy, chain, states, nowMs }: DecisionInput): { untilMs: number; because: WaitReason } | null {
  if (turn.deadlineAtMs !== null) return null
  if (turn.notBeforeMs !== null && nowMs < turn.notBeforeMs) return { untilMs: turn.notBeforeMs, because: 'not_before' }
  const first = chain[0]
  if (turn.window !== 'off_peak' || first === undefined) return null
  const { hours } = states[stateKey(first.endpoint, first.entry.id)] ?? initialModelState
  const untilMs = offPeakStartMs(policy.calendar, hours, nowMs)
  return untilMs > nowMs ? { untilMs, because: 'off_peak' } : null
}
