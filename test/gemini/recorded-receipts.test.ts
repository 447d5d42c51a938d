import { expect, it } from 'vitest'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { findModel } from '../../src/domain/catalogue.ts'
import { priceAttempt } from '../../src/domain/price.ts'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'
import { read } from './reading.ts'

/** USD of an answer as it would stand in the ledger. */
async function costOf(model: string, body: Uint8Array): Promise<number> {
  const entry = findModel(BUILT_IN_CATALOGUE, model)
  if (entry === null) throw new Error(`no ${model} in the catalogue`)
  const { parts, summary, error } = await read(body)
  if (error !== null) throw error
  const imagesOut = parts.filter(({ image, thought }) => image !== null && !thought).length
  return priceAttempt(entry, {}, summary.usage, { outcome: 'succeeded', imagesOut })
}

/** By hand, from the usage in each recording and the prices of wire-facts §5.3: prompt, picture, text and thoughts, in millionths. */
const RECEIPTS: readonly [what: string, path: string, model: string, answer: number, micros: number][] = [
  [
    'a picture with thoughts, by pro: 14 × 2 + 1,120 × 120 + (1,283 − 1,120 + 174) × 12',
    'pydantic-ai/test_google_image_generation_with_text.yaml',
    'gemini-3-pro-image',
    0,
    28 + 134_400 + 4_044,
  ],
  [
    'an answer in words, by 2.5: 18 × 0.3 + 48 × 2.5',
    'pydantic-ai/test_google_image_or_text_output.yaml',
    'gemini-2.5-flash-image',
    0,
    Math.round(5.4 + 120),
  ],
  [
    'a picture, by 2.5: 10 × 0.3 + 1,290 × 30 + (1,304 − 1,290) × 2.5',
    'pydantic-ai/test_google_image_or_text_output.yaml',
    'gemini-2.5-flash-image',
    1,
    3 + 38_700 + 35,
  ],
  [
    'an edit of a picture, by 2.5: 262 × 0.3 + 1,290 × 30 + (1,301 − 1,290) × 2.5',
    'ruby_llm/gemini-2_5-flash-image_edit@3db70b2.yml',
    'gemini-2.5-flash-image',
    0,
    Math.round(78.6 + 38_700 + 27.5),
  ],
]

describeWithRecordings('what recorded answers cost, to the millionth of a dollar', () => {
  it.each(RECEIPTS)('%s', async (_what, path, model, answer, micros) => {
    const answers = readCassette(path).filter(({ request }) => request.url.includes('enerateContent'))
    expect(Math.round((await costOf(model, answers[answer]?.response.body ?? Buffer.of())) * 1e6)).toBe(micros)
  })

  it('a streamed picture goes by the usage that came last: 15 × 2 + 1,120 × 120 + (1,230 − 1,120 + 44) × 12', async () => {
    const lines = readRecording('vercel-ai/issue-10660-image-thought-signature@9fc22eec.chunks.txt').toString().trim().split('\n')
    const events = lines.map((line) => `data: ${line}\r\n\r\n`).join('')
    expect(Math.round((await costOf('gemini-3-pro-image', Buffer.from(events))) * 1e6)).toBe(30 + 134_400 + 1_848)
  })

  it('a failure costs nothing, whatever was reported with it', async () => {
    const entry = findModel(BUILT_IN_CATALOGUE, 'gemini-3-pro-image')
    const [answer] = readCassette('pydantic-ai/test_google_image_generation_with_text.yaml')
    const { summary } = await read(answer?.response.body ?? Buffer.of())
    expect(summary.usage).not.toBeNull()
    expect(entry && priceAttempt(entry, {}, summary.usage, { outcome: 'blocked', imagesOut: 0 })).toBe(0)
  })
})
