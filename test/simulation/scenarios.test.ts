import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/engine/policy.ts'
import { playScenario } from './play-scenario.ts'
import { SCENARIOS } from './scenarios.ts'

const load = { seed: 20_261_101, turnsPerSecond: 1, policies: loadPolicy(undefined) }

function scenario(name: string) {
  const found = SCENARIOS.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no scenario ${name}`)
  return found
}

describe.each(SCENARIOS)('$name', (weather) => {
  it.each(['quality', 'stability'] as const)('%s brings the share of pictures that is promised, within the retry budget', (strategy) => {
    const { summary, retryExcess } = playScenario(weather, strategy, load)
    expect(summary.share).toBeGreaterThanOrEqual(weather.wanted[strategy])
    expect(retryExcess).toBeLessThanOrEqual(0)
    expect(summary.p95S).toBeLessThan(300)
  })
})

describe('the simulation', () => {
  it('plays the same game twice', () => {
    const play = () => playScenario(scenario('peak'), 'quality', load).log
    expect(play()).toBe(play())
  })

  it('would notice a strategy that cannot keep the promise: cost has one model and one retry', () => {
    expect(playScenario(scenario('storm on all'), 'cost', load).summary.share).toBeLessThan(0.9)
  })

  it('shows why strained models are asked through an open breaker', () => {
    const strict = loadPolicy({ breaker: { strainedShareMax: 0 } })
    const without = playScenario(scenario('storm on all'), 'stability', { ...load, policies: strict }).summary.share
    expect(without).toBeLessThan(0.999)
  })
})
