import { expect, test } from 'vitest'
import { z } from 'zod'
import { streamEvents } from '../../src/simulator/generate/response-body.ts'
import { usageOf } from '../../src/simulator/generate/usage.ts'
import { answerSchema, call, FLASH_25, partsOf, post, quickSimulator, stream, user } from './api-caller.ts'

test('without alt=sse a stream is one JSON array, and an error is plain JSON', async () => {
  const simulator = await quickSimulator()
  const response = await post(simulator, { method: 'streamGenerateContent' })
  expect(response.headers.get('content-type')).toContain('application/json')
  const events = z.array(answerSchema).parse(await response.json())
  expect(events.map((event) => partsOf(event).map((part) => Object.keys(part)))).toEqual([[['thoughtSignature', 'inlineData']], [['text']]])
  const refused = await post(simulator, { model: 'gemini-9', method: 'streamGenerateContent' })
  expect([refused.status, refused.headers.get('content-type')]).toEqual([404, 'application/json; charset=UTF-8'])
})

test('2.5 sends its text in pieces and the image with STOP', async () => {
  const simulator = await quickSimulator()
  const body = { contents: [user('a house ?text')] }
  const events = await stream(simulator, { model: FLASH_25, body })
  expect(events.map((event) => event.candidates?.[0]?.finishReason)).toEqual([undefined, undefined, undefined, 'STOP'])
  const whole = partsOf(await call(simulator, { model: FLASH_25, body }))[0]?.text
  expect(
    events
      .flatMap(partsOf)
      .map(({ text }) => text ?? '')
      .join(''),
  ).toBe(whole)
  expect(partsOf(events[3] ?? {})[0]?.inlineData?.mimeType).toBe('image/png')
})

test('thoughts are spread over the time of the answer, and the answer comes at its end', () => {
  const thought = { text: 'hm', thought: true as const }
  const usage = usageOf({ prompt: { text: 1, image: 0 } })
  const content = {
    thoughts: [thought, thought, thought],
    image: { inlineData: { mimeType: 'image/jpeg', data: '' }, thoughtSignature: 'AAAA' },
  }
  const answer = { modelVersion: 'm', responseId: 'r', content, finishReason: 'STOP', usage: { atFirst: usage, atLast: usage } }
  expect(streamEvents(answer).map(({ atShare }) => atShare)).toEqual([0.25, 0.5, 0.75, 1, 1])
})
