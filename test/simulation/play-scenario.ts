/** One scenario played by one strategy, as the table, the tests and the slow tests play it. */
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import type { Strategy } from '../../src/domain/session.ts'
import type { Policies } from '../../src/engine/policy.ts'
import { chainOf } from './chains.ts'
import { watchRetryBudget } from './invariants.ts'
import type { Scenario } from './scenarios.ts'
import { type Summary, summaryOf } from './summary.ts'
import { logFingerprint, witnesses } from './witnesses.ts'
import { playWorld } from './world.ts'

export interface Load {
  seed: number
  policies: Policies
  turnsPerSecond: number
}

/** Noon UTC of 2026-11-02: an hour of risk, which interactive turns do not mind. */
const START_MS = 1_793_620_800_000

export function playScenario(scenario: Scenario, strategy: Strategy, { seed, policies, turnsPerSecond }: Load) {
  const chain = chainOf(BUILT_IN_CATALOGUE.chains[strategy])
  const first = chain[0]?.entry.id ?? ''
  const log = logFingerprint()
  const budget = watchRetryBudget(policies)
  const turns = playWorld(
    {
      seed,
      policies,
      strategy,
      chain,
      forecast: scenario.forecast(first),
      turns: Math.round((scenario.lastsMs / 1_000) * turnsPerSecond),
      gapMs: 1_000 / turnsPerSecond,
      tenants: 5,
      dies: 0,
      seemsDead: 0,
      stale: 0.05,
      cancels: 0,
      narrowing: {},
      window: null,
      startMs: START_MS,
    },
    witnesses(log, budget),
  )
  const summary: Summary = summaryOf(turns, first)
  return { summary, log: log.read(), retryExcess: budget.excess() }
}
