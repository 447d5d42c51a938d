import { expect, test } from 'vitest'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import { TURN_ERRORS } from '../../src/domain/problem.ts'
import { formatAge, formatCountdown, formatDuration, formatUsd } from '../../src/playground/model/figures.ts'
import { localAddress } from '../../src/playground/model/media-address.ts'
import { describeFailure, describeStep, modelName } from '../../src/playground/model/words.ts'

test('every failure kind and every error of a turn is told in words, none by its code', () => {
  const step = { n: 1, model: 'gemini-3-pro-image', fallback: false, startedAtMs: 0, endedAtMs: 500, next: 'fail', waitMs: 0 } as const
  for (const outcome of FAILURE_KINDS) expect(describeStep({ ...step, outcome })).toMatch(/^Gemini 3 Pro [a-z ]+ after 0\.5 s$/)
  for (const code of Object.keys(TURN_ERRORS) as (keyof typeof TURN_ERRORS)[]) {
    expect(describeFailure({ code, title: 'unnamed' })).not.toMatch(/unnamed|_/)
  }
})

test('a refusal says which filter it was', () => {
  const blocked = (reason?: string) => describeFailure({ code: 'content_blocked', title: '', ...(reason === undefined ? {} : { reason }) })
  expect(blocked('IMAGE_SAFETY')).toBe('Blocked by the output filter')
  expect(blocked('SOMETHING_NEW')).toBe('Blocked by a filter')
  expect(blocked()).toBe('Blocked by a filter')
})

test('models have names people use', () => {
  expect(['gemini-3-pro-image', 'gemini-nano-banana-2.1', 'gemini-3.1-flash-lite-image', 'other'].map(modelName)).toEqual([
    'Gemini 3 Pro',
    'Nano Banana 2.1',
    'Gemini 3.1 Flash Lite',
    'Other',
  ])
})

test('figures read as people say them', () => {
  expect([400, 9_940, 59_600, 125_000].map(formatDuration)).toEqual(['0.4 s', '9.9 s', '1 min 0 s', '2 min 5 s'])
  expect([-5, 1, 3_200, 65_000, 7_800_000].map(formatCountdown)).toEqual(['1 s', '1 s', '4 s', '1:05', '2 h 10 min'])
  expect([0, 0.1344, 12.4].map(formatUsd)).toEqual(['$0', '$0.134', '$12.40'])
  expect([5_000, 130_000, 90_000_000].map(formatAge)).toEqual(['just now', '2 minutes ago', 'yesterday'])
})

test('pictures are loaded from the page’s own origin, whatever the service calls itself', () => {
  expect(localAddress('http://internal:8787/v1/media/med_1/content?tenant=a&sig=b')).toBe('/v1/media/med_1/content?tenant=a&sig=b')
})
