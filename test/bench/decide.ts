/** How long `decide` takes with a long ledger: `node test/bench/decide.ts`. The goal is under 20 µs with 50 attempts (issue B). */
import type { Attempt } from '../../src/domain/attempt.ts'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { decide } from '../../src/engine/decide.ts'
import type { DecisionInput } from '../../src/engine/decision.ts'
import { loadPolicy, turnPolicy } from '../../src/engine/policy.ts'
import { chainOf } from '../simulation/chains.ts'
import { printRow } from './row.ts'

/** Short rounds, so that on a busy machine most of them are not interrupted. */
const ROUNDS = 5_000
const DECISIONS_PER_ROUND = 20

/** Median time of one decision over a ledger of `attempts` rows, in µs. */
export function measureDecide(attempts = 50): number {
  const input = longTurn(attempts)
  const samples: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now()
    for (let n = 0; n < DECISIONS_PER_ROUND; n++) decide(input)
    samples.push(((performance.now() - startMs) * 1_000) / DECISIONS_PER_ROUND)
  }
  samples.sort((a, b) => a - b)
  return samples[Math.floor(samples.length / 2)] ?? Number.NaN
}

/** A patient turn that has been refused again and again by three models. */
function longTurn(count: number): DecisionInput {
  const chain = chainOf(BUILT_IN_CATALOGUE.chains.quality)
  const attempts = Array.from({ length: count }, (_, index): Attempt => {
    const model = chain[Math.floor(index / 5) % chain.length]?.entry.id ?? ''
    const rateLimited = index % 4 === 0
    return {
      n: index + 1,
      model,
      endpointId: 'gemini',
      image: {},
      startedAtMs: index * 1_000,
      endedAtMs: index * 1_000 + 500,
      outcome: rateLimited ? 'rate_limited' : 'overloaded',
      httpStatus: rateLimited ? 429 : 503,
      message: 'The model is overloaded. Please try again later.',
      facts: rateLimited ? { retryAfterMs: 20_000 } : {},
      next: 'retry',
      waitMs: 500,
      billed: 'no',
      usage: null,
      costUsd: 0,
      modelVersion: null,
      fidelity: 'exact',
      late: false,
    }
  })
  return {
    policy: turnPolicy(loadPolicy(undefined), 'off_peak', 'quality'),
    chain,
    turn: {
      id: 'trn_01j9zq4k5m6n7p8q9r0s1t2v3w',
      tenantId: 'local',
      notBeforeMs: null,
      window: 'off_peak',
      deadlineAtMs: 86_400_000,
      startedAtMs: 0,
      askedDeadlineMs: null,
      waitingUntilMs: null,
      waitReason: null,
      cancelRequested: false,
      image: { size: '2K', aspectRatio: '16:9' },
      referenceImages: 2,
    },
    attempts,
    states: {},
    historyFacts: {},
    nowMs: count * 1_000 + 400_000,
  }
}

if (import.meta.main)
  printRow({ name: 'one decision over 50 attempts, median', goal: '≤ 20 µs', measured: `${measureDecide().toFixed(2)} µs` })
