import { describe, expect, it } from 'vitest'
import { hourKind, offPeakStartMs } from '../../src/engine/calendar.ts'
import { hourOfWeek, type ObservedHours, observeHour } from '../../src/engine/observed-hours.ts'
import { POLICIES } from './a-turn.ts'

const policy = POLICIES.calendar
const HOUR_MS = 3_600_000
const at = (hour: number, minute = 0): number => Date.parse('2026-11-03T00:00:00Z') + hour * HOUR_MS + minute * 60_000

function seen(nowMs: number, attempts: number, overloaded: number): ObservedHours {
  return { [String(hourOfWeek(nowMs))]: [attempts, overloaded] }
}

describe('hours of risk', () => {
  it('are the published ones while nothing was seen', () => {
    const kinds = Array.from({ length: 24 }, (_, hour) => hourKind(policy, {}, at(hour)))
    const expected = (hour: number) =>
      (hour >= 1 && hour < 3) || (hour >= 10 && hour < 18) ? 'risk' : hour >= 3 && hour < 6 ? 'preferred' : 'plain'
    expect(kinds).toEqual(Array.from({ length: 24 }, (_, hour) => expected(hour)))
  })

  it('risk wins where published sources disagree', () => {
    expect(hourKind({ ...policy, preferredHoursUtc: [[0, 24]] }, {}, at(12))).toBe('risk')
  })

  it('are overruled by the ledger, with enough attempts', () => {
    expect(hourKind(policy, seen(at(12), 50, 1), at(12))).toBe('plain')
    expect(hourKind(policy, seen(at(20), 50, 20), at(20))).toBe('risk')
    expect(hourKind(policy, seen(at(12), 49, 0), at(12))).toBe('risk')
    expect(hourKind(policy, seen(at(12), 50, 1), at(12 + 24))).toBe('risk')
  })
})

describe('an off-peak start', () => {
  it('is now in a calm hour, and at the end of the risk otherwise', () => {
    expect(offPeakStartMs(policy, {}, at(7, 20))).toBe(at(7, 20))
    expect(offPeakStartMs(policy, {}, at(10, 20))).toBe(at(18))
  })

  it('waits for a preferred hour that is near', () => {
    expect(offPeakStartMs(policy, {}, at(0, 30))).toBe(at(3))
    expect(offPeakStartMs(policy, {}, at(23, 30))).toBe(at(23, 30))
    expect(offPeakStartMs(policy, {}, at(4))).toBe(at(4))
  })

  it('is now where there is nothing but risk', () => {
    expect(offPeakStartMs({ ...policy, riskHoursUtc: [[0, 24]] }, {}, at(5))).toBe(at(5))
  })
})

describe('observed hours', () => {
  it('fade, so that new weeks weigh most, and stay few', () => {
    let hours: ObservedHours = {}
    for (let n = 0; n < 5_000; n++) hours = observeHour(hours, 'overloaded', at(12))
    for (let n = 0; n < 1_500; n++) hours = observeHour(hours, 'succeeded', at(12))
    const [attempts, overloaded] = hours[String(hourOfWeek(at(12)))] ?? [0, 0]
    expect(attempts).toBeLessThanOrEqual(1_001)
    expect(overloaded / attempts).toBeLessThan(0.35)
    for (let hour = 0; hour < 1_000; hour++) hours = observeHour(hours, 'succeeded', at(hour))
    expect(Object.keys(hours)).toHaveLength(168)
  })
})
