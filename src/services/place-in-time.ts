import type { Endpoint } from '../domain/endpoint.ts'
import type { PlannedHistory } from '../domain/history/plan-history.ts'
import type { AttemptDecision } from '../engine/decision.ts'
import type { Installation } from './context.ts'
import { type Placed, placeImages } from './place-images.ts'
import type { RunSignals, TurnRun } from './turn-run.ts'

/** Null when the turn was stopped from outside, or its deadline came: uploads can take longer than that, and nothing may be sent after it. */
export async function placeInTime(
  inst: Installation,
  run: TurnRun,
  endpoint: Endpoint,
  plan: PlannedHistory,
  decision: AttemptDecision,
  { canceled, lost }: RunSignals,
): Promise<Placed | null> {
  const over = new AbortController()
  const late = new AbortController()
  const deadline = inst.clock.sleep((run.turn.deadlineAtMs ?? Number.POSITIVE_INFINITY) - inst.clock.nowMs(), over.signal)
  void deadline.then(() => late.abort()).catch(() => undefined)
  const stop = AbortSignal.any([canceled, lost, late.signal])
  try {
    const placed = await placeImages(inst, run.turn.tenantId, endpoint, plan, decision, stop)
    return stop.aborted ? null : placed
  } catch (error) {
    if (stop.aborted) return null
    throw error
  } finally {
    over.abort('over')
  }
}
