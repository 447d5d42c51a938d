/** Inputs of `decide` for tests: a turn, its ledger, the states; everything not named is ordinary. */
import type { Attempt } from '../../src/domain/attempt.ts'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { FAILURE_TRAITS, type FailureKind } from '../../src/domain/failure.ts'
import type { PolicyNarrowing, Strategy } from '../../src/domain/session.ts'
import type { DecisionInput, TurnFacts } from '../../src/engine/decision.ts'
import { initialModelState, type ModelState, type ReserveAsk, reserve, settle } from '../../src/engine/model-state.ts'
import { loadPolicy, narrowPolicy, turnPolicy } from '../../src/engine/policy.ts'
import { chainOf } from '../simulation/chains.ts'

export const PRO = 'gemini-3-pro-image'
export const FAST = 'gemini-nano-banana-2.1'
export const OLD = 'gemini-2.5-flash-image'

/** 2026-11-02T07:00:00Z, a Monday morning without risk. */
export const START_MS = 1_793_602_800_000

export const POLICIES = loadPolicy(undefined)

export function policyOf(strategy: Strategy, narrowing: PolicyNarrowing = {}, window: 'off_peak' | null = null) {
  return narrowPolicy(turnPolicy(POLICIES, window, strategy), {}, narrowing)
}

export function turnFacts(more: Partial<TurnFacts> = {}): TurnFacts {
  return {
    id: 'trn_test',
    tenantId: 'local',
    notBeforeMs: null,
    window: null,
    deadlineAtMs: START_MS + 600_000,
    startedAtMs: START_MS,
    askedDeadlineMs: null,
    waitingUntilMs: null,
    waitReason: null,
    cancelRequested: false,
    image: {},
    referenceImages: 0,
    ...more,
  }
}

export type LedgerRow = Partial<Attempt> & { outcome: FailureKind }

/** A ledger: each row began when the one before had ended, and took a second; numbered as it stands. */
export function ledger(...rows: readonly LedgerRow[]): Attempt[] {
  const attempts: Attempt[] = []
  for (const row of rows) {
    const startedAtMs = row.startedAtMs ?? attempts.at(-1)?.endedAtMs ?? START_MS
    attempts.push({
      n: attempts.length + 1,
      model: PRO,
      endpointId: 'gemini',
      image: {},
      startedAtMs,
      endedAtMs: startedAtMs + 1_000,
      httpStatus: null,
      message: null,
      facts: {},
      next: null,
      waitMs: 0,
      billed: FAILURE_TRAITS[row.outcome].billed,
      usage: null,
      costUsd: 0,
      modelVersion: null,
      fidelity: 'exact',
      late: false,
      ...row,
    })
  }
  return attempts
}

/** The same failure several times. */
export function times(count: number, row: LedgerRow): LedgerRow[] {
  return Array.from({ length: count }, () => row)
}

export function decisionInput(more: Partial<DecisionInput> = {}): DecisionInput {
  const attempts = more.attempts ?? []
  return {
    policy: policyOf('quality'),
    chain: chainOf(BUILT_IN_CATALOGUE.chains.quality),
    turn: turnFacts(),
    attempts,
    states: {},
    historyFacts: {},
    nowMs: attempts.at(-1)?.endedAtMs ?? START_MS,
    ...more,
  }
}

export function ask(more: Partial<ReserveAsk> = {}): ReserveAsk {
  return {
    kind: 'first',
    turnId: 'trn_other',
    tenantId: 'local',
    attempt: 1,
    tokens: 0,
    images: 1,
    timeoutMs: 300_000,
    promisedAtMs: null,
    throughOpen: false,
    ...more,
  }
}

/** A state after so many attempts ended so, one after the other, at `nowMs`. */
export function stateAfter(
  outcomes: readonly ('succeeded' | FailureKind)[],
  nowMs: number,
  from: ModelState = initialModelState,
): ModelState {
  return outcomes.reduce((state, outcome, index) => {
    const asked = reserve(state, ask({ turnId: `trn_${index}` }), {}, POLICIES, nowMs)
    const begun = asked.ok ? asked.state : state
    return settle(begun, { turnId: `trn_${index}`, attempt: 1, outcome, facts: {}, tokensMore: 0 }, {}, POLICIES, nowMs)
  }, from)
}

/** A state whose breaker has just opened because the model refuses everyone. */
export function downSince(nowMs: number): ModelState {
  return stateAfter(['overloaded', 'overloaded', 'overloaded', 'overloaded', 'overloaded'], nowMs)
}
