import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import { DEGRADABLE, STRATEGIES } from '../../src/domain/session.ts'
import { type Invariant, PLANTED, watchInvariants, watchRetryBudget } from './invariants.ts'
import { ROUGH_POLICIES, roughWorld } from './rough-world.ts'
import { logFingerprint, witnesses } from './witnesses.ts'
import { playWorld, type WorldOptions } from './world.ts'

/** Chain of three, one of which has a successor outside the chain. */
const MODELS = 4

function breachesOf(world: WorldOptions): Map<Invariant, string> {
  const watch = watchInvariants(MODELS, world.decide)
  const budget = watchRetryBudget(world.policies)
  watch.atRest(playWorld(world, witnesses(watch, budget)))
  expect(budget.excess()).toBeLessThanOrEqual(0)
  return watch.breaches
}

const shares = fc.record(Object.fromEntries(FAILURE_KINDS.map((kind) => [kind, fc.double({ min: 0, max: 0.3, noNaN: true })])))
const anyWorld = fc.record({
  seed: fc.integer(),
  mix: shares,
  strategy: fc.constantFrom(...STRATEGIES),
  window: fc.constantFrom(null, 'off_peak' as const),
  limits: fc.constantFrom({}, { rpm: 7 }, { rpm: 30, ipm: 20, rpd: 40 }),
  turns: fc.integer({ min: 1, max: 25 }),
  gapMs: fc.integer({ min: 1, max: 60_000 }),
  narrowing: fc.record({
    resendAmbiguous: fc.constantFrom(undefined, 0 as const, 1 as const),
    onNoImage: fc.constantFrom(undefined, 'fail' as const, 'retry_once' as const, 'fallback' as const),
    allowDegraded: fc.constantFrom(undefined, DEGRADABLE),
    attemptsPerModel: fc.constantFrom(undefined, 1, 2),
  }),
})

describe('what must hold, always', () => {
  it('holds in any world', () => {
    fc.assert(
      fc.property(anyWorld, ({ seed, ...more }) => {
        expect([...breachesOf(roughWorld(seed, more))]).toEqual([])
      }),
      { numRuns: 150, seed: 20_261_101 },
    )
  })

  it('holds in a rough world with nodes that die', () => {
    expect([...breachesOf(roughWorld(1))]).toEqual([])
    expect([...breachesOf(roughWorld(2, { window: 'off_peak', turns: 100 }))]).toEqual([])
  })

  it('the same seed gives the same log, another seed another', () => {
    const play = (seed: number): string => {
      const log = logFingerprint()
      playWorld(roughWorld(seed), witnesses(log))
      return log.read()
    }
    expect(play(7)).toBe(play(7))
    expect(play(7)).not.toBe(play(8))
  })
})

describe('a planted fault is caught', () => {
  it.each([1, 2, 3, 4, 8] as const)('in the engine, against invariant %i', (invariant) => {
    expect([...breachesOf(roughWorld(3, { decide: PLANTED[invariant], narrowing: { attemptsPerModel: 2 } })).keys()]).toContain(invariant)
  })

  it.each([
    ['hasty', 5],
    ['unfenced', 6],
    ['forgetful', 7],
  ] as const)('in the loop: %s, against invariant %i', (planted, invariant) => {
    expect([...breachesOf(roughWorld(3, { planted })).keys()]).toContain(invariant)
  })

  it('in the retry budget', () => {
    const generous = { ...ROUGH_POLICIES, retryBudget: { ...ROUGH_POLICIES.retryBudget, floor: 1_000 } }
    const budget = watchRetryBudget(ROUGH_POLICIES)
    playWorld(roughWorld(4, { policies: generous, gapMs: 100, mix: { overloaded: 0.4 } }), witnesses(budget))
    expect(budget.excess()).toBeGreaterThan(0)
  })
})
