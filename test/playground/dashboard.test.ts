import { describe, expect, test } from 'vitest'
import type { EventType, Stats, Usage } from '../../src/client/index.ts'
import { STATS, USAGE_REPORT } from '../../src/http/contract/examples/figures.ts'
import { ALERT_RULES } from '../../src/monitoring/alert-rules.ts'
import { costChart, failureChart, TONES } from '../../src/playground/dashboard/model/chart-data.ts'
import { formatPercent, formatSeconds } from '../../src/playground/dashboard/model/figures.ts'
import { NOTHING_LIVE, observe } from '../../src/playground/dashboard/model/live.ts'
import { measureOf, nameOfRule } from '../../src/playground/dashboard/model/words.ts'
import { aTurn, events } from './a-turn.ts'

type Happening = { type: EventType } & Record<string, unknown>

const point = (from: string, byOutcome: Record<string, number>) => ({ ...STATS, from, byOutcome })
const series = (...outcomes: Record<string, number>[]) =>
  ({ stepMs: 60_000, points: outcomes.map((one, n) => point(`2026-11-20T12:0${n}:00.000Z`, one)) }) as NonNullable<Stats['series']>

describe('what goes on just now', () => {
  const watch = (...bodies: readonly Happening[]) => events(...bodies).reduce(observe, NOTHING_LIVE)
  const started = { type: 'attempt.started', n: 1, model: 'gemini-3-pro-image', endpoint: 'gemini', fallback: false } as const
  const waiting = { type: 'turn.waiting', untilMs: 4_000, because: 'overloaded' } as const

  test('is an attempt from its start to its end, and a wait from its beginning to the next attempt', () => {
    expect([...watch(started).attempts.values()]).toMatchObject([
      { turnId: 'trn_1', n: 1, startedAtMs: Date.parse('2026-11-20T12:00:00Z') },
    ])
    const failed = watch(started, { type: 'attempt.failed', n: 1 }, waiting)
    expect([failed.attempts.size, [...failed.waits.values()]]).toEqual([0, [{ turnId: 'trn_1', untilMs: 4_000, because: 'overloaded' }]])
    const again = watch(started, { type: 'attempt.failed', n: 1 }, waiting, { ...started, n: 2 })
    expect([again.attempts.size, again.waits.size]).toEqual([1, 0])
  })

  test('is over with its turn, whose end is listed once, the newest first', () => {
    const end = { type: 'turn.canceled', turn: aTurn('trn_1', { status: 'canceled' }) } as const
    const live = watch(started, waiting, end, end)
    expect([live.attempts.size, live.waits.size, live.endings.length]).toEqual([0, 0, 1])
    const ends = Array.from({ length: 9 }, (_, n) => ({ type: 'turn.failed', turnId: `trn_${n}`, turn: aTurn(`trn_${n}`) }) as const)
    expect(watch(...ends).endings.map(({ turn }) => turn.id)).toEqual(['trn_8', 'trn_7', 'trn_6', 'trn_5', 'trn_4'])
  })

  test('does not change with pieces of an answer, so that nothing is drawn for them', () => {
    const before = watch(started)
    const [piece] = events({ type: 'part.text', text: 'a', attempt: 1, thought: false })
    expect(piece === undefined ? null : observe(before, piece)).toBe(before)
  })
})

describe('charts', () => {
  test('name the most frequent failures, and add up the others; successes are none', () => {
    const kinds = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const counts = Object.fromEntries(kinds.map((kind, n) => [kind, n + 1]))
    const { lines } = failureChart(series({ ...counts, succeeded: 50 }, {}))
    expect(lines).toHaveLength(TONES)
    expect(lines.map(({ label }) => label)).toEqual(['h', 'g', 'f', 'e', 'd', 'Others'])
    expect(lines.at(-1)?.values).toEqual([6, 0])
    expect(failureChart(series({ overloaded: 1 })).lines).toMatchObject([{ label: 'Overloaded', tone: 1 }])
  })

  test('have a day for each day of the report, also where nothing was spent', () => {
    const usage = { ...USAGE_REPORT, from: '2026-11-18T12:00:00.000Z', to: '2026-11-20T13:00:00.000Z' } as Usage
    const { timesMs, lines } = costChart(usage)
    expect(timesMs).toEqual([18, 19, 20].map((day) => Date.UTC(2026, 10, day)))
    expect(lines[0]?.values).toEqual([0, 0, 5.36])
  })
})

test('every alert rule has a name of its own, and its measure is told in its own unit', () => {
  for (const { rule } of ALERT_RULES) expect(nameOfRule(rule)).not.toBe(rule)
  expect(measureOf({ value: 0.425, threshold: 0.3 })).toBe('42.5 %, the limit is 30 %')
  expect(measureOf({ value: 3, threshold: 0 })).toBe('3 times')
  expect(measureOf({ value: 1, threshold: 0 })).toBeNull()
  expect([formatPercent(1), formatPercent(0.854), formatSeconds(0), formatSeconds(900), formatSeconds(61_400)]).toEqual([
    ...['100 %', '85.4 %', '0 s', '0.9 s', '61 s'],
  ])
})
