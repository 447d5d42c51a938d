import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readWindow } from '../../src/monitoring/read-tallies.ts'
import { rollUp } from '../../src/monitoring/roll-up.ts'
import { type SeriesPoint, seriesOf } from '../../src/monitoring/series.ts'
import { STEP_MS, WINDOW_MS, WINDOWS, windowBeginsMs } from '../../src/monitoring/windows.ts'
import { freshDatabase } from '../support/database.ts'
import { aLedger, countedFigures, emptyLedger, LEDGER_NOW_MS, type TurnRow, writeTurn } from './a-ledger.ts'

const SUMMED = ['requests', 'attempts', 'succeeded', 'failed', 'fallbacks'] as const

const sum = (points: readonly SeriesPoint[], of: (point: SeriesPoint) => number) => points.reduce((total, point) => total + of(point), 0)

test.each(WINDOWS)('the points of %s have no gaps, add up to the window, and are each what happened then', async (window) => {
  const { db } = await freshDatabase()
  await emptyLedger(db)
  const ledgers = fc.sample(aLedger, { numRuns: 6, seed: 7 })
  const turns = ledgers.flatMap((ledger, n) => ledger.map((turn): TurnRow => ({ ...turn, id: `${turn.id}_${n}` })))
  for (const turn of turns.slice(0, 20)) await writeTurn(db, turn)
  await rollUp(db, LEDGER_NOW_MS)
  for (const turn of turns.slice(20)) await writeTurn(db, turn)

  const [stepMs, sinceMs] = [STEP_MS[window], windowBeginsMs(WINDOW_MS[window], LEDGER_NOW_MS)]
  const tallies = await readWindow(db, 'all', sinceMs, LEDGER_NOW_MS, stepMs)
  const { points } = seriesOf(tallies, { sinceMs, nowMs: LEDGER_NOW_MS, stepMs })
  const whole = countedFigures(turns, sinceMs)
  expect(whole.attempts).toBeGreaterThan(10)
  for (const name of SUMMED) expect(sum(points, (point) => point[name])).toBe(whole[name])
  expect(sum(points, ({ costUsd }) => costUsd)).toBeCloseTo(whole.costUsd, 6)
  expect(sum(points, ({ byOutcome }) => byOutcome.overloaded ?? 0)).toBe(whole.byOutcome.overloaded)

  const firstMs = Math.floor(sinceMs / stepMs) * stepMs
  expect(points.map(({ fromMs }) => fromMs)).toEqual(points.map((_, at) => firstMs + at * stepMs))
  expect(points.at(-1)?.fromMs).toBe(Math.floor(LEDGER_NOW_MS / stepMs) * stepMs)
  for (const { fromMs, attempts } of points) {
    const ended = turns.flatMap((turn) => turn.attempts.map(({ endedAtMs }) => endedAtMs))
    const then = ended.filter((atMs) => atMs >= Math.max(fromMs, sinceMs) && atMs < fromMs + stepMs)
    expect(attempts).toBe(then.length)
  }
})

test('what a clock that is fast dated ahead counts as of now', () => {
  const tally = { tenantId: 'acme', endpointId: 'gemini', model: 'm', costMicros: 0, counts: { attempts: 1 } }
  const nowMs = LEDGER_NOW_MS
  const { points } = seriesOf([{ ...tally, fromMs: nowMs + 600_000 }], { sinceMs: nowMs - 300_000, nowMs, stepMs: 60_000 })
  expect(points.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0, 1])
  expect(points.map(({ successRate }) => successRate)).toEqual([null, null, null, null, null, 0])
})
