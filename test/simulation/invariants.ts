/** What must hold, always (docs/engine.md): a witness that looks at everything that happens and notes each breach, by number. */
import type { Attempt } from '../../src/domain/attempt.ts'
import { decide as realDecide } from '../../src/engine/decide.ts'
import type { AttemptDecision, DecisionInput } from '../../src/engine/decision.ts'
import type { Policies, TurnPolicy } from '../../src/engine/policy.ts'
import type { SimulatedTurn, Witness } from './world.ts'

/** By their numbers; `wait`: a wait ends later than now, in whole ms, or it could not be stored. */
export type Invariant = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'wait'

export interface Watch extends Partial<Witness> {
  breaches: Map<Invariant, string>
  /** To be asked when the world has come to rest. */
  atRest(turns: readonly SimulatedTurn[]): void
}

/** `decide` is the one under watch: it is asked everything twice. */
export function watchInvariants(chainLength: number, decide: typeof realDecide = realDecide): Watch {
  const breaches = new Map<Invariant, string>()
  const policies = new Map<string, TurnPolicy>()
  const note = (invariant: Invariant, turn: SimulatedTurn, what: string): void => {
    if (!breaches.has(invariant)) breaches.set(invariant, `${turn.facts.id}: ${what}`)
  }
  return {
    breaches,
    decided(turn, input, decision) {
      policies.set(turn.facts.id, input.policy)
      if (!sameText(decide(structuredClone(input)), decision)) note(8, turn, 'asked twice, answered differently')
      if (decision.kind !== 'wait') return
      if (!Number.isInteger(decision.untilMs) || decision.untilMs <= input.nowMs) note('wait', turn, `until ${decision.untilMs}`)
    },
    began(turn, decision, nowMs) {
      const policy = policies.get(turn.facts.id)
      if (policy === undefined) return
      for (const [invariant, what] of wrongBeginnings(turn, decision, policy, chainLength, nowMs)) note(invariant, turn, what)
    },
    closed(turn, index) {
      if (turn.attempts.filter(({ outcome, late }) => outcome === 'succeeded' && !late).length > 1)
        note(6, turn, `second output, row ${index + 1}`)
      if (turn.closings > turn.attempts.length) note(6, turn, `row ${index + 1} was written by a node without the lease`)
    },
    ended(turn) {
      if (turn.endings > 1) note(6, turn, `ended ${turn.endings} times`)
    },
    atRest(turns) {
      for (const turn of turns) {
        if (turn.attempts.some(({ outcome }) => outcome === null)) note(7, turn, 'a row was never closed')
        if (turn.endings !== 1) note(6, turn, `ended ${turn.endings} times`)
      }
    },
  }
}

/** 1–5 for an attempt that has just been put into the ledger. */
function wrongBeginnings(
  { facts, attempts, ending, inFlight }: SimulatedTurn,
  { model, timeoutMs }: AttemptDecision,
  policy: TurnPolicy,
  chainLength: number,
  nowMs: number,
): [Invariant, string][] {
  const before = attempts.slice(0, -1)
  const wrong: [Invariant, string][] = []
  if (nowMs + timeoutMs > (facts.deadlineAtMs ?? 0)) wrong.push([1, 'an attempt beyond the deadline'])
  if (facts.cancelRequested || ending !== null) wrong.push([1, 'an attempt after the end'])
  const spent = before.filter(({ next }) => next !== 'repair')
  const perModel = policy.attemptsPerModel * policy.rounds
  if (spent.filter((row) => row.model === model).length >= perModel) wrong.push([2, `more than ${perModel} attempts on ${model}`])
  if (spent.length >= perModel * chainLength) wrong.push([2, 'more attempts in all than the policy allows'])
  if (before.length - spent.length > policy.repairsMax) wrong.push([2, 'more repairs than the policy allows'])
  if (before.some((row) => row.model === model && nowMs < askedUntilMs(row))) wrong.push([3, 'a wait that was asked for is cut short'])
  if (before.filter(maybeBilled).length > policy.resendAmbiguous) wrong.push([4, 'sent again beyond resendAmbiguous'])
  if (inFlight > 1) wrong.push([5, 'two attempts in flight'])
  return wrong
}

function askedUntilMs({ facts, endedAtMs }: Attempt): number {
  return (endedAtMs ?? 0) + (facts.retryAfterMs ?? 0)
}

function maybeBilled({ billed, outcome }: Attempt): boolean {
  return billed !== 'no' && outcome !== 'succeeded'
}

function sameText(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The retry budget over real time: the most that retries ever were beyond what floor and share allow, in any window; 0 is kept. */
export function watchRetryBudget(policies: Policies): Partial<Witness> & { excess(): number } {
  const { windowMs, share, floor } = policies.retryBudget
  const begun = new Map<string, { atMs: number; retry: boolean }[]>()
  let excess = 0
  return {
    began(_turn, { stateKey, reserve }, nowMs) {
      // Slices of a tenth of the window are forgotten whole: what is certain is the window less one slice.
      const kept = (begun.get(stateKey) ?? []).filter(({ atMs }) => atMs > nowMs - windowMs)
      const others = kept.filter(({ retry }) => !retry).length
      const retries = kept.filter(({ atMs, retry }) => retry && atMs > nowMs - 0.9 * windowMs).length
      const isRetry = reserve.kind === 'retry'
      if (isRetry) excess = Math.max(excess, retries + 1 - floor - share * others)
      begun.set(stateKey, [...kept, { atMs: nowMs, retry: isRetry }])
    },
    excess: () => excess,
  }
}

let asked = 0

/** A misbehaving engine for each invariant the engine answers for: the watch must catch every one. */
export const PLANTED: Readonly<Record<1 | 2 | 3 | 4 | 8, (input: DecisionInput) => ReturnType<typeof realDecide>>> = {
  1: (input) => realDecide({ ...input, turn: { ...input.turn, cancelRequested: false, deadlineAtMs: Number.MAX_SAFE_INTEGER } }),
  2: (input) => realDecide({ ...input, policy: { ...input.policy, attemptsPerModel: input.policy.attemptsPerModel + 1 } }),
  3: (input) => realDecide({ ...input, attempts: input.attempts.map((row) => ({ ...row, facts: { ...row.facts, retryAfterMs: null } })) }),
  4: (input) => realDecide({ ...input, policy: { ...input.policy, resendAmbiguous: input.policy.resendAmbiguous + 1 } }),
  8: (input) => {
    const decision = realDecide(input)
    return decision.kind === 'wait' ? { ...decision, untilMs: decision.untilMs + (asked++ % 1_000) } : decision
  },
}
