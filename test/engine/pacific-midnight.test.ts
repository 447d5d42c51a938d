import { describe, expect, it } from 'vitest'
import { nextPacificMidnightMs } from '../../src/engine/pacific-midnight.ts'

function next(iso: string): string {
  return new Date(nextPacificMidnightMs(Date.parse(iso))).toISOString()
}

describe('midnight in Los Angeles', () => {
  it('is 8 o’clock UTC in winter and 7 in summer', () => {
    expect(next('2026-01-15T12:00:00Z')).toBe('2026-01-16T08:00:00.000Z')
    expect(next('2026-07-15T12:00:00Z')).toBe('2026-07-16T07:00:00.000Z')
  })

  it('is always ahead, a whole day at midnight itself', () => {
    expect(next('2026-01-15T08:00:00Z')).toBe('2026-01-16T08:00:00.000Z')
    expect(next('2026-01-15T07:59:59.999Z')).toBe('2026-01-15T08:00:00.000Z')
  })

  it('comes after 23 hours on the day the clocks go forward', () => {
    expect(next('2026-03-08T08:00:00Z')).toBe('2026-03-09T07:00:00.000Z')
    expect(next('2026-03-08T09:30:00Z')).toBe('2026-03-09T07:00:00.000Z')
    expect(next('2026-03-08T10:30:00Z')).toBe('2026-03-09T07:00:00.000Z')
  })

  it('comes after 25 hours on the day they go back', () => {
    expect(next('2026-11-01T07:00:00Z')).toBe('2026-11-02T08:00:00.000Z')
    expect(next('2026-11-01T08:30:00Z')).toBe('2026-11-02T08:00:00.000Z')
    expect(next('2026-11-01T09:30:00Z')).toBe('2026-11-02T08:00:00.000Z')
  })
})
