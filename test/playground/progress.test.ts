import { expect, test } from 'vitest'
import type { TurnEvent } from '../../src/client/index.ts'
import { advance, NO_PROGRESS, type Progress } from '../../src/playground/model/progress.ts'
import { describeProgress, describeStep } from '../../src/playground/model/words.ts'
import { events } from './a-turn.ts'

const after = (told: TurnEvent[]): Progress => told.reduce(advance, NO_PROGRESS)

const BEGUN = [
  { type: 'turn.queued' },
  { type: 'turn.started' },
  { type: 'attempt.started', n: 1, model: 'gemini-3-pro-image', endpoint: 'e', fallback: false },
] as const
const SHOWN = { type: 'part.image', attempt: 1, thought: true, mediaId: 'med_1', url: '/1' } as const
const SAID = { type: 'part.text', attempt: 1, thought: false, text: 'Here ' } as const
const OVERLOADED = { type: 'attempt.failed', n: 1, outcome: 'overloaded', httpStatus: 503, message: null } as const

test('an attempt shows its renderings and words as they arrive, thoughts in words left out', () => {
  const progress = after(events(...BEGUN, SHOWN, SAID, { ...SAID, text: 'it is' }, { ...SAID, thought: true, text: 'hm' }))
  expect(progress).toMatchObject({ phase: 'asking', renderings: [{ mediaId: 'med_1', thought: true }], text: 'Here it is' })
  expect(describeProgress(progress)).toBe('Gemini 3 Pro is at work')
})

test('what a failed attempt had shown is void', () => {
  const progress = after(events(...BEGUN, SHOWN, SAID, { ...OVERLOADED, next: 'retry', waitMs: 4_000 }))
  expect(progress).toMatchObject({ renderings: [], text: '' })
  expect(describeProgress(progress)).toBe('Going on')
})

test('a wait is told with its reason and its end, and is over when the next attempt starts', () => {
  const untilMs = Date.parse('2026-11-20T12:00:08Z')
  const failed = [
    ...BEGUN,
    { ...OVERLOADED, next: 'retry', waitMs: 4_000 },
    { type: 'turn.waiting', untilMs, because: 'overloaded' },
  ] as const
  const waiting = after(events(...failed))
  expect(waiting).toMatchObject({ phase: 'waiting', waiting: { untilMs } })
  expect(describeProgress(waiting)).toBe('The model is overloaded. Trying again')
  expect(waiting.steps.map(describeStep)).toEqual(['Gemini 3 Pro was overloaded after 1.0 s; again in 4.0 s'])

  const again = after(events(...failed, { ...BEGUN[2], n: 2 }))
  expect(again).toMatchObject({ phase: 'asking', waiting: null })
  expect(describeProgress(again)).toBe('Gemini 3 Pro is at work again')
})

test('a fallback says which model took over', () => {
  const next = { ...BEGUN[2], n: 2, model: 'gemini-nano-banana-2.1', fallback: true }
  const progress = after(events(...BEGUN, { ...OVERLOADED, next: 'fallback', waitMs: 0 }, next))
  expect(describeProgress(progress)).toBe('Switched to Nano Banana 2.1, which is at work')
  expect(progress.steps.map(describeStep)).toEqual([
    'Gemini 3 Pro was overloaded after 1.0 s; on to the next model',
    'Nano Banana 2.1 is at work',
  ])
})

test('the end closes the last step', () => {
  const progress = after(events(...BEGUN, { type: 'attempt.succeeded', n: 1, model: 'gemini-3-pro-image' }, { type: 'turn.succeeded' }))
  expect(progress).toMatchObject({ phase: 'ended', steps: [{ outcome: 'succeeded' }] })
})
