import { describe, expect, it } from 'vitest'
import { classifyAnswer, type Verdict } from '../../src/gemini/classify-answer.ts'
import { safeMessage } from '../../src/gemini/safe-message.ts'
import { UnreadableAnswer } from '../../src/gemini/unreadable-answer.ts'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'
import { read } from './reading.ts'

async function verdictOn(body: string | Buffer): Promise<Verdict> {
  const { summary, error } = await read(body)
  if (error !== null) throw error
  return classifyAnswer(summary)
}

const text = '{"text":"Which kite?"}'
const image = '{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgoAAAAN"}}'
const usage = (output: number) =>
  `"usageMetadata":{"promptTokenCount":22,"candidatesTokenCount":${output},"totalTokenCount":${22 + output}}`
const answer = (parts: string, finishReason: string, rest = '') =>
  `{"candidates":[{"content":{"parts":[${parts}]},"finishReason":"${finishReason}"${rest}}],${usage(1200)}}`
const event = (document: string) => `data: ${document}\r\n\r\n`

const outcomes: readonly (readonly [string, string, object])[] = [
  ['an image', answer(image, 'STOP'), { outcome: 'succeeded', billed: 'yes', facts: { finishReason: 'STOP' } }],
  ['text alone', answer(text, 'STOP'), { outcome: 'succeeded', billed: 'yes', facts: { textOnly: true } }],
  ['an image cut off by the token limit', answer(image, 'MAX_TOKENS'), { outcome: 'succeeded', facts: { finishReason: 'MAX_TOKENS' } }],
  ['an image and a reason nobody knows', answer(image, 'NEW_REASON'), { outcome: 'succeeded', facts: { finishReason: 'NEW_REASON' } }],
  ['an image that policy took back', answer(image, 'IMAGE_SAFETY'), { outcome: 'blocked', billed: 'no', facts: { promptBlocked: false } }],
  [
    'text and a reason nobody knows',
    answer(text, 'NEW_REASON'),
    { outcome: 'no_image', billed: 'maybe', facts: { finishReason: 'NEW_REASON', usageReported: true } },
  ],
  ['thoughts alone', answer('{"text":"hm","thought":true}', 'STOP'), { outcome: 'no_image' }],
  [
    'no parts',
    '{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}]}',
    { outcome: 'no_image', facts: { usageReported: false } },
  ],
  ['no content', '{"candidates":[{"finishReason":"NO_IMAGE"}]}', { outcome: 'no_image', billed: 'maybe' }],
  ['an unsigned history', '{"candidates":[{"finishReason":"MISSING_THOUGHT_SIGNATURE"}]}', { outcome: 'signature_rejected', billed: 'no' }],
  [
    'words that it will not be charged',
    '{"candidates":[{"content":{},"finishReason":"IMAGE_OTHER","finishMessage":"Unable to show the generated image. You will not be charged for this request."}]}',
    { outcome: 'no_image', billed: 'no', message: expect.stringContaining('Unable to show') },
  ],
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION'].map(
    (reason) =>
      [
        reason,
        `{"candidates":[{"content":{},"finishReason":"${reason}"}]}`,
        { outcome: 'blocked', facts: { finishReason: reason, promptBlocked: false } },
      ] as const,
  ),
]

describe('an answer with status 200', () => {
  it.each(outcomes)('with %s', async (_, body, verdict) => {
    expect(await verdictOn(body)).toMatchObject(verdict)
    expect(await verdictOn(event(body))).toMatchObject(verdict)
  })

  it('that blocks the prompt says so, with reason and ratings', async () => {
    const ratings = '"safetyRatings":[{"category":"HARM_CATEGORY_HATE_SPEECH","probability":"HIGH","blocked":true}]'
    expect(await verdictOn(`{"promptFeedback":{"blockReason":"NEW_BLOCK","blockReasonMessage":"Reasons",${ratings}}}`)).toEqual({
      outcome: 'blocked',
      billed: 'no',
      message: 'Reasons',
      facts: {
        promptBlocked: true,
        blockReason: 'NEW_BLOCK',
        ratings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', probability: 'HIGH', blocked: true }],
      },
    })
  })

  it('whose stream ends in good order but without a finish reason is ambiguous; a whole document is not', async () => {
    const document = `{"candidates":[{"content":{"parts":[${image}]}}]}`
    expect(await verdictOn(event(document))).toMatchObject({ outcome: 'ambiguous', billed: 'maybe' })
    expect(await verdictOn(document)).toMatchObject({ outcome: 'succeeded' })
  })

  it('that breaks off with an error may be on the bill once anything had come', async () => {
    const overloaded = '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}'
    const begun = event(`{"candidates":[{"content":{"parts":[${text}]}}]}`)
    expect(await verdictOn(begun + overloaded)).toMatchObject({
      outcome: 'overloaded',
      billed: 'maybe',
      message: 'The model is overloaded.',
    })
    expect(await verdictOn(begun + event(overloaded))).toMatchObject({ outcome: 'overloaded', billed: 'maybe' })
    expect(await verdictOn(event(overloaded))).toMatchObject({ outcome: 'overloaded', billed: 'no' })
    expect(await verdictOn(`[${overloaded}]`)).toMatchObject({ outcome: 'overloaded', billed: 'no' })
  })
})

describeWithRecordings('recorded answers', () => {
  it.each([
    ['firebase/googleai--unary-failure-finish-reason-safety.json', 'blocked', { finishReason: 'SAFETY', promptBlocked: false }],
    ['firebase/googleai--unary-failure-only-prompt-feedback.json', 'blocked', { promptBlocked: true, blockReason: null }],
    ['firebase/googleai--unary-failure-with-message-no-content.json', 'no_image', { finishReason: 'OTHER' }],
    ['firebase/vertexai--unary-failure-empty-content.json', 'no_image', { finishReason: null }],
    ['firebase/vertexai--streaming-failure-empty-content.txt', 'no_image', { finishReason: null }],
    ['firebase/vertexai--unary-failure-malformed-content.json', 'no_image', {}],
    ['firebase/vertexai--streaming-failure-malformed-content.txt', 'no_image', {}],
    ['firebase/vertexai--unary-failure-finish-reason-safety-no-content.json', 'blocked', { ratings: [{}, {}, { blocked: true }, {}] }],
    ['firebase/vertexai--streaming-failure-finish-reason-safety.txt', 'blocked', { finishReason: 'SAFETY' }],
    ['firebase/vertexai--unary-failure-prompt-blocked-safety-with-message.json', 'blocked', { promptBlocked: true, blockReason: 'SAFETY' }],
    ['firebase/vertexai--streaming-failure-prompt-blocked-safety.txt', 'blocked', { promptBlocked: true, blockReason: 'SAFETY' }],
    ['firebase/googleai--streaming-failure-prompt-blocked-safety.txt', 'blocked', { promptBlocked: true }],
    [
      'firebase/vertexai--unary-failure-unknown-enum-prompt-blocked.json',
      'blocked',
      { promptBlocked: true, blockReason: 'FAKE_NEW_BLOCK_REASON' },
    ],
    ['firebase/vertexai--unary-failure-unknown-enum-finish-reason.json', 'no_image', { finishReason: 'FAKE_NEW_FINISH_REASON' }],
    ['firebase/vertexai--streaming-failure-unknown-finish-enum.txt', 'no_image', { finishReason: 'FAKE_ENUM' }],
    ['firebase/vertexai--streaming-failure-recitation-no-content.txt', 'blocked', { finishReason: 'RECITATION' }],
    ['firebase/googleai--streaming-failure-recitation-no-content.txt', 'blocked', { finishReason: 'RECITATION' }],
    ['firebase/vertexai--streaming-failure-error-mid-stream.txt', 'ambiguous', {}],
    ['firebase/vertexai--streaming-success-empty-text-part.txt', 'succeeded', { textOnly: true }],
    ['firebase/googleai--streaming-success-no-content-parts.txt', 'succeeded', { finishReason: 'STOP' }],
    ['firebase/googleai--streaming-success-empty-parts.txt', 'succeeded', { finishReason: 'STOP' }],
  ])('%s is %s', async (path, outcome, facts) => {
    expect(await verdictOn(readRecording(path))).toMatchObject({ outcome, facts })
  })

  it.each(['firebase/vertexai--unary-failure-invalid-response.json', 'firebase/vertexai--streaming-failure-invalid-json.txt'])(
    '%s cannot be read',
    async (path) => {
      await expect(verdictOn(readRecording(path))).rejects.toThrow(UnreadableAnswer)
    },
  )

  it.each([
    ['pydantic-ai/test_google_image_generation_with_text.yaml', { outcome: 'succeeded', facts: { finishReason: 'STOP' } }],
    ['pydantic-ai/test_google_model_safety_settings.yaml', { outcome: 'blocked', facts: { ratings: [{ blocked: true }, {}, {}, {}] } }],
    [
      'pydantic-ai/test_google_model_max_tokens_thinking_model_empty_response.yaml',
      { outcome: 'no_image', facts: { usageReported: true } },
    ],
    [
      'pydantic-ai/test_google_model_armor_prompt_template_text_gets_blocked.yaml',
      { outcome: 'blocked', facts: { blockReason: 'MODEL_ARMOR' } },
    ],
  ])('%s', async (path, verdict) => {
    expect(await verdictOn(readCassette(path).at(-1)?.response.body ?? '')).toMatchObject(verdict)
  })
})

describe('a message', () => {
  it('keeps words and addresses, but neither the key nor data quoted from the request', () => {
    const key = 'AIza-secret'
    const url = 'https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=12345678'
    expect(safeMessage(`See ${url}, key ${key}.`, key)).toBe(`See ${url}, key ….`)
    expect(safeMessage(`Base64 decoding failed for "${'aB3/'.repeat(100)}"`, key)).toBe('Base64 decoding failed for "…"')
    expect(safeMessage('word '.repeat(1000), key)).toHaveLength(2000)
  })
})
