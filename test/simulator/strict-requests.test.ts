import { describe, expect, test } from 'vitest'
import { call, complaint, FLASH_25, PRO, pictureOf, post, quickSimulator, user } from './api-caller.ts'

const contents = [user('a house')]
const LITE = 'gemini-3.1-flash-lite-image'
const FLASH_31 = 'gemini-3.1-flash-image'

const withConfig = (generationConfig: Record<string, unknown>) => ({ contents, generationConfig })
const withImage = (imageConfig: Record<string, unknown>) => withConfig({ imageConfig })
const withThinking = (thinkingConfig: Record<string, unknown>) => withConfig({ thinkingConfig })

const REFUSED: [why: string, model: string, body: unknown, message: string][] = [
  ['no contents', PRO, {}, '* GenerateContentRequest.contents: contents is not specified'],
  ['a strange role', PRO, { contents: [{ role: 'artist', parts: [{ text: 'a' }] }] }, 'Please use a valid role: user, model.'],
  [
    'no parts',
    PRO,
    { contents: [{ role: 'user', parts: [] }] },
    '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.',
  ],
  [
    'a part without data',
    PRO,
    { contents: [user('a', { thought: true })] },
    "* GenerateContentRequest.contents[0].parts[1].data: required oneof field 'data' must have one initialized field",
  ],
  [
    'a part with two kinds of data',
    PRO,
    { contents: [user('a', { text: 'b', fileData: { fileUri: 'files/c' } })] },
    "Invalid value at 'contents[0].parts[1]' (oneof), oneof field 'data' is already set. Cannot set 'fileData'",
  ],
  ['an unknown field', PRO, { contents, prompt: 'a' }, 'Invalid JSON payload received. Unknown name "prompt": Cannot find field.'],
  [
    'a field of Vertex alone',
    PRO,
    withImage({ imageOutputOptions: {} }),
    `Invalid JSON payload received. Unknown name "imageOutputOptions" at 'generation_config.image_config': Cannot find field.`,
  ],
  [
    'two unknown fields, both named',
    PRO,
    { contents, a: 1, generation_config: { b: 2 } },
    `Invalid JSON payload received. Unknown name "a": Cannot find field.\nInvalid JSON payload received. Unknown name "b" at 'generation_config': Cannot find field.`,
  ],
  ['a wrong type', PRO, withConfig({ candidateCount: 'two' }), `Invalid value at 'generation_config.candidate_count' (TYPE_INT32), "two"`],
  ['several candidates', PRO, withConfig({ candidateCount: 2 }), 'Multiple candidates is not enabled for this model'],
  ['a size in lower case', PRO, withImage({ imageSize: '2k' }), "image_size must be one of '1K', '2K', '4K'"],
  ['a size this model cannot make', LITE, withImage({ imageSize: '2K' }), "image_size must be one of '1K'"],
  ['any size at all on 2.5', FLASH_25, withImage({ imageSize: '1K' }), 'image_size is not supported'],
  ['a ratio of newer models', PRO, withImage({ aspectRatio: '1:8' }), 'aspect_ratio must be one of '],
  ['a ratio nobody knows', FLASH_31, withImage({ aspectRatio: '5:3' }), 'aspect_ratio must be one of '],
  ['thinking on 2.5', FLASH_25, withThinking({ includeThoughts: true }), 'Thinking is not enabled for models/gemini-2.5-flash-image'],
  [
    'a thinking level of other models',
    PRO,
    withThinking({ thinkingLevel: 'MINIMAL' }),
    'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
  ],
  ['thinking switched off', PRO, withThinking({ thinkingBudget: 0 }), 'Budget 0 is invalid. This model only works in thinking mode.'],
  [
    'a threshold that is none',
    PRO,
    { contents, safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'NEVER' }] },
    'Invalid value at \'safety_settings[0].threshold\' (type.googleapis.com/google.ai.generativelanguage.v1beta.SafetySetting.HarmBlockThreshold), "NEVER"',
  ],
  [
    'a category of Vertex alone',
    PRO,
    { contents, safetySettings: [{ category: 'HARM_CATEGORY_IMAGE_HATE', threshold: 'OFF' }] },
    "Invalid value at 'safety_settings[0].category'",
  ],
  ['broken JSON', PRO, '{"contents": [', 'Invalid JSON payload received.'],
  [
    'base64 that is none',
    PRO,
    { contents: [user('a', { inlineData: { mimeType: 'image/png', data: '%%%' } })] },
    `Invalid value at 'contents[0].parts[1].inline_data.data' (TYPE_BYTES), Base64 decoding failed for "%%%"`,
  ],
]

describe('a request is refused for', () => {
  test.each(REFUSED)('%s', async (_, model, body, message) => {
    const simulator = await quickSimulator()
    const text = await complaint(simulator, { model, body })
    expect(text).toContain(`400 INVALID_ARGUMENT: ${message}`)
    expect(simulator.counts()).toMatchObject({ generated: 0, byOutcome: { refused: 1 } })
  })

  test.each([
    ['cut short', 'image/jpeg', (image: Buffer) => image.subarray(0, -40)],
    ['of another kind than declared', 'image/png', (image: Buffer) => image],
    ['no image at all', 'image/webp', () => Buffer.from('just some words, and then some more')],
  ])('an inline image that is %s', async (_, mimeType, change) => {
    const simulator = await quickSimulator()
    const image = change(pictureOf(await call(simulator)))
    const body = { contents: [user('a hat', { inlineData: { mimeType, data: image.toString('base64') } })] }
    expect(await complaint(simulator, { body })).toContain('400 INVALID_ARGUMENT: Unable to process input image. Please retry or report in')
  })

  test('a kind of file that no image model reads', async () => {
    const simulator = await quickSimulator()
    const body = { contents: [user('a hat', { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } })] }
    expect(await complaint(simulator, { body })).toBe('400 INVALID_ARGUMENT: Unsupported MIME type: video/mp4')
  })

  test('more bytes than the limit, which the caller may send to the end', async () => {
    const simulator = await quickSimulator({ requestBytesMax: 2_000_000 })
    const body = { contents: [user('a'.repeat(5_000_000))] }
    expect(await complaint(simulator, { body })).toBe('400 INVALID_ARGUMENT: Request payload size exceeds the limit: 2000000 bytes.')
    expect((await call(simulator, { body: { contents: [user('a'.repeat(1_000_000))] } })).httpStatus).toBe(200)
  })

  test('a URL outside this machine, or one where nothing is', async () => {
    const simulator = await quickSimulator()
    for (const fileUri of ['https://example.com/a.png', `${simulator.url}/nothing`]) {
      const body = { contents: [user('a', { fileData: { mimeType: 'image/png', fileUri } })] }
      expect(await complaint(simulator, { body })).toBe('400 INVALID_ARGUMENT: Cannot fetch content from the provided URL.')
    }
  })
})

describe('a request is taken', () => {
  test.each<[string, string, unknown]>([
    [
      'in snake_case',
      PRO,
      { contents, generation_config: { response_modalities: ['TEXT', 'IMAGE'], image_config: { aspect_ratio: '16:9' } } },
    ],
    ['with modalities in lower case', PRO, withConfig({ responseModalities: ['text', 'image'] })],
    ['with an empty image configuration and nulls', PRO, { ...withImage({}), safetySettings: null, systemInstruction: null }],
    ['with a system instruction of any role', PRO, { contents, systemInstruction: { role: 'user', parts: [{ text: 'be bold' }] } }],
    ['with 512 and 1:8 on a model that has them', FLASH_31, withImage({ imageSize: '512', aspectRatio: '1:8' })],
    ['with tools', PRO, { contents, tools: [{ google_search: {} }] }],
    ['without a role', PRO, { contents: [{ parts: [{ text: 'a house' }] }] }],
  ])('%s', async (_, model, body) => {
    const simulator = await quickSimulator()
    expect(await call(simulator, { model, body })).toMatchObject({ httpStatus: 200, candidates: [{ finishReason: 'STOP' }] })
  })

  test('with an image in snake_case and base64url', async () => {
    const simulator = await quickSimulator()
    const data = pictureOf(await call(simulator)).toString('base64url')
    const body = { contents: [user('a hat', { inline_data: { mime_type: 'image/jpeg', data } })] }
    expect(await call(simulator, { body })).toMatchObject({ httpStatus: 200 })
  })
})

describe('keys and models', () => {
  test('a missing key is 403, a bad one 400 with the reason, any other is good, in the header or the query', async () => {
    const simulator = await quickSimulator()
    expect(await complaint(simulator, { headers: { 'x-goog-api-key': '' } })).toContain(
      "403 PERMISSION_DENIED: Method doesn't allow unregistered callers",
    )
    const bad = await call(simulator, { headers: { 'x-goog-api-key': 'bad-key' } })
    expect(bad.error).toMatchObject({
      code: 400,
      status: 'INVALID_ARGUMENT',
      details: [{ reason: 'API_KEY_INVALID' }, { locale: 'en-US' }],
    })
    const byQuery = await call(simulator, { headers: { 'x-goog-api-key': '' }, method: 'generateContent?key=anything' })
    expect(byQuery.httpStatus).toBe(200)
  })

  test('an unknown model and a retired one are 404', async () => {
    const simulator = await quickSimulator({ retired: { [FLASH_25]: 'gone' } })
    for (const model of ['gemini-9', FLASH_25]) {
      expect(await complaint(simulator, { model })).toBe(
        `404 NOT_FOUND: models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ModelService.ListModels to see the list of available models and their supported methods.`,
      )
    }
  })

  test('a retired model with a successor is silently answered by it, and an alias by what it stands for', async () => {
    const simulator = await quickSimulator({ retired: { 'gemini-3-pro-image-preview': PRO } })
    expect(await call(simulator, { model: 'gemini-3-pro-image-preview' })).toMatchObject({ httpStatus: 200, modelVersion: PRO })
    expect(await call(simulator, { model: 'nano-banana-pro-preview' })).toMatchObject({ httpStatus: 200, modelVersion: PRO })
  })

  test('what is no endpoint of the API is an HTML 404', async () => {
    const simulator = await quickSimulator()
    const response = await post(simulator, { method: 'countTokens' })
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('<!DOCTYPE html>')
  })
})
