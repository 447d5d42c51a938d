import { describe, expect, it } from 'vitest'
import { askAgainMs, askedWaitMs, backoffMs } from '../../src/engine/backoff.ts'
import { loadPolicy } from '../../src/engine/policy.ts'

const { interactive, patient } = loadPolicy(undefined)
const turns = Array.from({ length: 200 }, (_, n) => `trn_${n}`)

describe('back-off', () => {
  it('doubles to its cap, a fifth more or less', () => {
    for (const [failures, plainMs] of [
      [1, 2_000],
      [2, 4_000],
      [3, 8_000],
      [4, 16_000],
      [5, 30_000],
      [9, 30_000],
    ] as const) {
      for (const turn of turns) {
        expect(backoffMs(interactive, failures, turn, failures)).toBeGreaterThanOrEqual(0.8 * plainMs)
        expect(backoffMs(interactive, failures, turn, failures)).toBeLessThanOrEqual(1.2 * plainMs)
      }
    }
    const patientMs = [1, 2, 3, 4, 5].map((failures) => backoffMs({ ...patient, backoffJitter: 0 }, failures, 'trn_1', 1))
    expect(patientMs).toEqual([30_000, 60_000, 120_000, 240_000, 300_000])
  })

  it('is spread evenly over turns that failed together', () => {
    const waits = turns.map((turn) => backoffMs(interactive, 1, turn, 1))
    const mean = waits.reduce((sum, ms) => sum + ms, 0) / waits.length
    expect(Math.abs(mean - 2_000)).toBeLessThan(60)
    expect(new Set(waits).size).toBeGreaterThan(150)
  })

  it('is the same on every node', () => {
    expect(backoffMs(interactive, 2, 'trn_1', 3)).toBe(backoffMs(interactive, 2, 'trn_1', 3))
    expect(backoffMs(interactive, 2, 'trn_1', 3)).not.toBe(backoffMs(interactive, 2, 'trn_1', 4))
  })
})

describe('a wait the upstream asked for', () => {
  it('is never shortened, and drawn out a little', () => {
    const waits = turns.map((turn) => askedWaitMs(interactive, 48_000, turn, 1))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(48_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(54_000)
    expect(new Set(waits).size).toBeGreaterThan(150)
  })
})

describe('asking again after the retry budget refused', () => {
  it('falls anywhere in the window, never at once, elsewhere for each turn and each time', () => {
    const times = turns.map((turn) => askAgainMs(10_000, turn, 0))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2_500)
    expect(Math.max(...times)).toBeLessThanOrEqual(10_000)
    expect(new Set(times).size).toBeGreaterThan(150)
    expect(askAgainMs(10_000, 'trn_1', 7_000) - 7_000).not.toBe(askAgainMs(10_000, 'trn_1', 0))
  })
})
