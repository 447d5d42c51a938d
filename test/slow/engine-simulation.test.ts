/** The simulation at full size, with a seed nobody has seen before; it is printed, and `SEED=…` plays it again. */
import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/engine/policy.ts'
import { type Invariant, watchInvariants } from '../simulation/invariants.ts'
import { playScenario } from '../simulation/play-scenario.ts'
import { roughWorld } from '../simulation/rough-world.ts'
import { SCENARIOS } from '../simulation/scenarios.ts'
import { witnesses } from '../simulation/witnesses.ts'
import { playWorld } from '../simulation/world.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
process.stdout.write(`engine simulation: SEED=${seed}\n`)

describe('the simulation at full size', () => {
  it.each(SCENARIOS)(
    '$name: the promised share, within the retry budget, and the same log twice',
    (scenario) => {
      const load = { seed, turnsPerSecond: 8, policies: loadPolicy(undefined) }
      for (const strategy of ['quality', 'stability'] as const) {
        const { summary, retryExcess, log } = playScenario(scenario, strategy, load)
        expect(summary.share, strategy).toBeGreaterThanOrEqual(scenario.wanted[strategy])
        expect(retryExcess, strategy).toBeLessThanOrEqual(0)
        expect(playScenario(scenario, strategy, load).log).toBe(log)
      }
    },
    600_000,
  )

  it.each([0.02, 0.1, 1])(
    'a storm on all models is weathered at %d turns per second as well',
    (turnsPerSecond) => {
      const [storm] = SCENARIOS.filter(({ name }) => name === 'storm on all')
      if (storm === undefined) throw new Error('no storm')
      const long = { ...storm, lastsMs: 20_000_000 / turnsPerSecond }
      for (const strategy of ['quality', 'stability'] as const) {
        const { summary } = playScenario(long, strategy, { seed, turnsPerSecond, policies: loadPolicy(undefined) })
        expect(summary.share, strategy).toBeGreaterThanOrEqual(0.999)
      }
    },
    600_000,
  )

  it('a rough world of many thousand turns breaks no invariant', () => {
    const breaches: [Invariant, string][] = []
    for (let n = 0; n < 20; n++) {
      const watch = watchInvariants(4)
      watch.atRest(playWorld(roughWorld(seed + n, { turns: 2_000, gapMs: 500 + 300 * n }), witnesses(watch)))
      breaches.push(...watch.breaches)
    }
    expect(breaches).toEqual([])
  }, 600_000)
})
