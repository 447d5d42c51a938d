import { expect, test } from 'vitest'
import { measureContents } from '../../src/domain/history/measure-contents.ts'
import { summarizeRequest } from '../../src/domain/history/summarize-request.ts'
import type { RequestContent } from '../../src/domain/model-call.ts'
import { blob, PRO, picture, plan, turn, upload, words } from './history-branches.ts'

const request = (contents: readonly RequestContent[]) => ({
  endpointId: 'gemini',
  model: PRO.model,
  contents,
  systemInstruction: 'be kind',
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
  image: { size: '2K' as const },
  includeThoughts: false,
})

test('a request is told in words and digests', () => {
  const made = picture('one', { signatureBytes: 2_900_000 }, 930_000)
  const { contents, size } = plan([turn('1', [words('a house'), upload('photo', 1_234)], [made])])
  const summary = summarizeRequest(request(contents), size)
  expect(summary).toMatchObject({
    endpoint: 'gemini',
    model: PRO.model,
    systemInstruction: 'be kind',
    image: { size: '2K' },
    size: { images: 2 },
  })
  expect(summary.contents).toEqual([
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'a house' },
        { type: 'image', sentAs: 'inline', sha256: blob('photo').sha256, bytes: 1_234, mimeType: 'image/jpeg' },
      ],
    },
    {
      role: 'model',
      parts: [
        {
          type: 'replayed',
          json: made.raw,
          stored: [
            { holds: 'image', sha256: blob('one').sha256, bytes: 930_000 },
            { holds: 'signature', sha256: made.holes[1]?.sha256, bytes: 2_900_000 },
          ],
        },
      ],
    },
    { role: 'user', parts: [{ type: 'text', text: 'and now?' }] },
  ])
  expect(JSON.stringify(summary).length).toBeLessThan(2_000)
})

test('a file is named without the query that lets its bearer in', () => {
  const contents: RequestContent[] = [
    { role: 'user', parts: [{ kind: 'file', mimeType: 'image/png', uri: 'https://us.example/m/1?sig=secret' }] },
  ]
  expect(summarizeRequest(request(contents), measureContents(contents, { imageTokens: 1 })).contents).toEqual([
    { role: 'user', parts: [{ type: 'image', sentAs: 'file', mimeType: 'image/png', uri: 'https://us.example/m/1' }] },
  ])
})

test('tokens are planned from the figure for a picture and the length of a text', () => {
  const contents: RequestContent[] = [
    {
      role: 'user',
      parts: [
        { kind: 'text', text: 'x'.repeat(4_000) },
        { kind: 'inline', image: blob('a') },
      ],
    },
  ]
  expect(measureContents(contents, { imageTokens: 560 }).tokens).toBeGreaterThanOrEqual(1_560)
  expect(measureContents(contents, { imageTokens: 560 }).tokens).toBeLessThan(1_570)
})
