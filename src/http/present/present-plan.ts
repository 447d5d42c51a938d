/** Plans and sent requests, from the domain to the wire. */
import type { z } from '@hono/zod-openapi'
import type { RequestSummary } from '../../domain/history/summarize-request.ts'
import type { Decision } from '../../engine/decision.ts'
import { toIso } from '../../runtime/instant.ts'
import type { TurnPlan as Plan } from '../../services/plan-turn.ts'
import type { SentRequests, TurnPlan } from '../contract/sent-request.ts'

export function presentPlan({ decision, fidelity, ...plan }: Plan): z.input<typeof TurnPlan> {
  return { ...plan, next: presentDecision(decision), historyFidelity: fidelity }
}

function presentDecision(decision: Decision): z.input<typeof TurnPlan>['next'] {
  switch (decision.kind) {
    case 'attempt': {
      const { endpointId: endpoint, model, image, degraded, fallback, timeoutMs } = decision
      return { action: 'attempt', endpoint, model, image, degraded, fallback, timeoutMs }
    }
    case 'wait':
      return { action: 'wait', until: toIso(decision.untilMs), because: decision.because }
    case 'fail':
      return { action: 'fail', error: decision.problem }
    case 'repair':
      return { action: 'repair' }
  }
}

export function presentRequests(
  sent: readonly { n: number; startedAtMs: number; request: RequestSummary }[],
): z.input<typeof SentRequests> {
  return { attempts: sent.map(({ n, startedAtMs, request }) => ({ n, startedAt: toIso(startedAtMs), request })) }
}
