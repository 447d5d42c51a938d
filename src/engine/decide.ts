/**
 * The engine's one decision: from the ledger and what is known of the models, what a turn does next. Pure, so that the same
 * rows lead to the same decision after a crash, on another node, and in the simulation. Read in this order:
 *
 *   canceled? → may it start? → what does the last failure lead to (reactions.ts)? → is there time? → which model, now or
 *   later (choose.ts, standing.ts)? → else the turn ends (endings.ts)
 */
import type { PassedOver } from '../domain/failure.ts'
import { type Choice, choose } from './choose.ts'
import type { AttemptDecision, Decision, DecisionInput, NextNote, RepairsMade } from './decision.ts'
import { canceledEnding, type Ending, exhaustedEnding } from './endings.ts'
import { billedSoFar } from './ledger.ts'
import type { ReserveAsk, ReserveKind } from './model-state.ts'
import { mayResend, REACTIONS } from './reactions.ts'
import { leavesSlice, type Place, type Situation, situationOf } from './situation.ts'
import { promisedAtMs } from './standing.ts'
import { startWait } from './start-gate.ts'

/** What the turn does next. To be asked by the node that owns the turn, after every failure, wait and repair. Never throws. */
export function decide(input: DecisionInput): Decision {
  if (input.turn.cancelRequested) return end(input, canceledEnding(input.attempts), input.turn.deadlineAtMs, [])
  const wait = startWait(input)
  if (wait !== null) return { kind: 'wait', ...wait, next: null, line: null, deadlineAtMs: null, passedOver: [] }
  const situation = situationOf(input)
  const { deadlineAtMs, ledger } = situation
  const reaction = ledger.last === null ? null : REACTIONS[ledger.last.outcome](situation, ledger.last)
  if (reaction?.do === 'end') return end(input, reaction.ending, deadlineAtMs, [])
  if (!leavesSlice(situation, input.nowMs) || !mayResend(situation)) {
    return end(input, exhaustedEnding(situation, [], null), deadlineAtMs, [])
  }
  if (reaction?.do === 'repair') return { kind: 'repair', how: reaction.how, next: 'repair', deadlineAtMs, passedOver: [] }
  return carriedOut(situation, choose(situation))
}

/** What to write on the attempt that failed at `endedAtMs` (Unix ms), given the decision that followed it. */
export function explainNext(decision: Decision, endedAtMs: number): NextNote {
  const waitMs = decision.kind === 'wait' ? Math.max(0, decision.untilMs - endedAtMs) : 0
  return { next: decision.next ?? 'retry', waitMs, passedOver: decision.passedOver }
}

function carriedOut(situation: Situation, choice: Choice): Decision {
  const { input, deadlineAtMs } = situation
  const { passedOver } = choice
  switch (choice.go) {
    case 'ask':
      return attempt(situation, choice.place, choice.reserve, choice.throughOpen, passedOver)
    case 'wait': {
      const { place, standing } = choice
      const line = standing.why === 'quota' ? { stateKey: place.key, ask: askOf(situation, place, 'first', false) } : null
      return {
        kind: 'wait',
        untilMs: standing.untilMs,
        because: standing.because,
        next: nextOf(situation, place),
        line,
        deadlineAtMs,
        passedOver,
      }
    }
    case 'nowhere': {
      const soonestMs = Math.min(...choice.waits.map(({ untilMs }) => untilMs))
      const retryAfterMs = Number.isFinite(soonestMs) ? Math.max(0, soonestMs - input.nowMs) : null
      return end(input, exhaustedEnding(situation, passedOver, retryAfterMs), deadlineAtMs, passedOver)
    }
  }
}

function attempt(situation: Situation, place: Place, kind: ReserveKind, throughOpen: boolean, passedOver: readonly PassedOver[]): Decision {
  const { input, deadlineAtMs } = situation
  const { link, key, fitted } = place
  const reserve = askOf(situation, place, kind, throughOpen)
  const decision: AttemptDecision = {
    kind: 'attempt',
    endpointId: link.endpoint.id,
    model: link.entry.id,
    image: fitted?.image ?? input.turn.image,
    degraded: fitted?.degraded ?? [],
    timeoutMs: reserve.timeoutMs,
    fallback: link.entry.id !== input.chain[0]?.entry.id,
    repairs: repairsFor(situation, place),
    reserve,
    stateKey: key,
    next: nextOf(situation, place),
  }
  return { ...decision, deadlineAtMs, passedOver }
}

function askOf(situation: Situation, { link, key, fitted }: Place, kind: ReserveKind, throughOpen: boolean): ReserveAsk {
  const { input, deadlineAtMs } = situation
  const timeoutMs = link.entry.timeoutMs[fitted?.image.size ?? '1K']
  return {
    kind,
    turnId: input.turn.id,
    tenantId: input.turn.tenantId,
    attempt: input.attempts.length + 1,
    tokens: input.historyFacts[key]?.tokens ?? 0,
    images: 1,
    timeoutMs: Math.min(timeoutMs, deadlineAtMs - input.nowMs),
    promisedAtMs: promisedAtMs(situation),
    throughOpen,
  }
}

function repairsFor({ ledger }: Situation, { link }: Place): RepairsMade {
  const { shrinks, repacked } = ledger
  const windowed = shrinks > 1 || (shrinks === 1 && !link.endpoint.files)
  return { repack: repacked, shrink: windowed ? 'window' : shrinks === 1 ? 'files' : 'none' }
}

function nextOf({ ledger, places }: Situation, place: Place): 'retry' | 'fallback' | null {
  if (ledger.last === null) return null
  return places[ledger.lastIndex] === place ? 'retry' : 'fallback'
}

function end(input: DecisionInput, ending: Ending, deadlineAtMs: number | null, passedOver: readonly PassedOver[]): Decision {
  return { kind: 'fail', ...ending, billed: billedSoFar(input.attempts), next: 'fail', deadlineAtMs, passedOver }
}
