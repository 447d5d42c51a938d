import type { Decision, WaitDecision } from '../engine/decision.ts'
import { joinLine } from '../engine/model-state.ts'
import type { Installation } from './context.ts'
import type { TurnRun } from './turn-run.ts'

/**
 * Puts a turn that waits for a slot in line, fairly across tenants. Returns until when it waits, in Unix ms: never beyond its
 * deadline, since the line may have grown since the engine looked at it.
 */
export async function promiseSlot(inst: Installation, run: TurnRun, decision: WaitDecision & Decision): Promise<number> {
  const { line, untilMs, deadlineAtMs } = decision
  if (line === null) return untilMs
  const limits = run.links.find(({ endpoint, entry }) => `${endpoint.project}/${entry.id}` === line.stateKey)?.endpoint.limits ?? {}
  return inst.models.change(line.stateKey, (state) => {
    const place = joinLine(state, line.ask, limits, run.policy.shared, inst.clock.nowMs())
    // Whole milliseconds, rounded up: a promise is never kept early.
    return { state: place.state, told: Math.min(Math.ceil(place.untilMs), deadlineAtMs ?? Number.POSITIVE_INFINITY) }
  })
}
