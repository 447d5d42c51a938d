import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'
import { answerSchema, call, complaint, FLASH_25, PRO, post, quickSimulator, upload, user } from './api-caller.ts'

type Json = Record<string, unknown>

/** The names in a JSON value, each with its path, in order: what two answers of one kind have in common. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => shapeOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [`${path}:${typeof value}`]
  if (Object.keys(value).length === 0) return [`${path}:{}`]
  return Object.entries(value).flatMap(([name, field]) => shapeOf(field, `${path}.${name}`))
}

function sorted(value: unknown): string[] {
  return [...new Set(shapeOf(value))].sort()
}

/** Without what came into the answers after a recording was made. */
function withoutServiceTier(answer: Json): Json {
  const { serviceTier: _later, ...usageMetadata } = z.looseObject({}).parse(answer.usageMetadata)
  return { ...answer, usageMetadata }
}

function recordedAnswer(cassette: string, index = 0): Json {
  return z.looseObject({}).parse(JSON.parse(String(readCassette(cassette)[index]?.response.body)))
}

async function simulated(input: Parameters<typeof call>[1]): Promise<Json> {
  const response = await post(await quickSimulator(), input ?? {})
  return z.looseObject({}).parse(await response.json())
}

describeWithRecordings('what the simulator sends has the shape of what was recorded:', () => {
  test('text and image of Gemini 3, both signed', async () => {
    const recorded = recordedAnswer('pydantic-ai/test_google_image_generation_with_text.yaml')
    const answer = await simulated({ body: { contents: [user('a house ?text')] } })
    expect(sorted(withoutServiceTier(answer))).toEqual(sorted(recorded))
  })

  test('a text alone, then text and PNG of 2.5', async () => {
    const cassette = 'pydantic-ai/test_google_image_or_text_output.yaml'
    const text = await simulated({ model: FLASH_25, body: { contents: [user('?ask')] } })
    expect(sorted(withoutServiceTier(text))).toEqual(sorted(recordedAnswer(cassette, 0)))
    const picture = await simulated({ model: FLASH_25, body: { contents: [user('a house ?text')] } })
    expect(sorted(withoutServiceTier(picture))).toEqual(sorted(recordedAnswer(cassette, 1)))
  })

  test('a stream: the image with its signature in one event, then an empty text with STOP; usage in the same order, not rising', async () => {
    const lines = String(readRecording('vercel-ai/issue-10660-image-thought-signature@9fc22eec.chunks.txt')).trim().split('\n')
    const recorded: unknown[] = lines.map((line) => JSON.parse(line))
    const response = await post(await quickSimulator(), { method: 'streamGenerateContent?alt=sse' })
    const events = (await response.text()).split('\r\n\r\n').filter((event) => event !== '')
    const sent: unknown[] = events.map((event) => JSON.parse(event.replace(/^data: /, '')))
    expect(sent.map((event) => shapeOf(event))).toEqual(recorded.map((event) => shapeOf(event)))
    for (const stream of [sent, recorded]) {
      const [first = 0, last = 0] = stream.map((event) => answerSchema.parse(event).usageMetadata?.totalTokenCount)
      expect(first).toBeGreaterThan(last)
    }
  })

  test('a stream is written as recorded: a blank behind colons, CRLF twice between events, its headers', async () => {
    const recorded = readCassette('pydantic-ai/test_google_streaming_tool_call_thought_signature.yaml')[0]?.response
    const response = await post(await quickSimulator(), { method: 'streamGenerateContent?alt=sse' })
    for (const name of ['content-type', 'content-disposition']) expect(response.headers.get(name)).toBe(recorded?.headers[name])
    expect(response.headers.get('server-timing')).toMatch(/^gfet4t7; dur=\d+$/)
    expect(recorded?.headers['server-timing']).toMatch(/^gfet4t7; dur=\d+$/)
    const form = /^data: \{"candidates": \[\{"content": \{"parts": \[\{[^\r]*\}\r\n\r\ndata: [^\r]*\}\r\n\r\n$/
    expect(String(recorded?.body)).toMatch(form)
    expect(await response.text()).toMatch(form)
  })

  test('a refusal for safety', async () => {
    const recorded = recordedAnswer('pydantic-ai/test_google_model_safety_settings.yaml')
    const simulator = await quickSimulator({ faults: [{ fault: { kind: 'refusal', refusal: 'safety' } }] })
    const { httpStatus: _status, ...answer } = await call(simulator)
    expect(sorted(withoutServiceTier(answer))).toEqual(sorted(recorded))
  })

  test('a 429: message, details, headers', async () => {
    const recording = readCassette(
      'ruby_llm/chat_real_error_scenarios_gemini_gemini-2_5-flash_handles_context_length_exceeded_errors.yml',
    )[0]?.response
    const recorded: unknown = JSON.parse(String(recording?.body))
    const simulator = await quickSimulator({ faults: [{ fault: { kind: 'rate_limited', quota: 'tokens', retryDelay: '48s' } }] })
    const response = await post(simulator, {})
    const answer: unknown = await response.json()
    expect(shapeOf(answer)).toEqual(shapeOf(recorded))
    const text = (body: unknown) =>
      answerSchema
        .parse(body)
        .error?.message.replace(/model: \S+/, 'M')
        .replace(/retry in [\d.]+s/, 'N')
    expect(text(answer)).toBe(text(recorded))
    for (const name of ['server', 'x-xss-protection', 'x-frame-options', 'x-content-type-options', 'x-gemini-service-tier']) {
      expect(response.headers.get(name)).toBe(recording?.headers[name])
    }
  })

  test('an invalid key, and a model that is not there', async () => {
    const simulator = await quickSimulator()
    const badKey = readCassette('ruby_llm/chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error.yml')[0]?.response
      .body
    const { httpStatus: _status, ...answer } = await call(simulator, { headers: { 'x-goog-api-key': 'bad-key' } })
    expect(answer).toEqual(JSON.parse(String(badKey)))

    const unknown = readCassette('rig/nonexistent_model_error_preserves_status_and_body.yaml')[0]?.response
    const { error } = answerSchema.parse(JSON.parse(String(unknown?.body)))
    expect(await complaint(simulator, { model: 'gemini-nonexistent-rig-test' })).toBe(`404 NOT_FOUND: ${error?.message}`)
    const streamed = readCassette('rig/nonexistent_model_streaming_error_preserves_status_and_body.yaml')[0]?.response
    const response = await post(simulator, { model: 'gemini-nonexistent-rig-test', method: 'streamGenerateContent?alt=sse' })
    expect(response.headers.get('content-type')).toBe(streamed?.headers['content-type'])
    expect(await response.json()).toEqual(JSON.parse(String(streamed?.body)))
  })

  test('a thinking level that is not supported', async () => {
    const recorded = JSON.parse(String(readRecording('vercel-ai/error-400-thinking-level-not-supported.txt')))
    const body = { contents: [user('a house')], generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } }
    expect(await simulated({ model: PRO, body })).toEqual(recorded)
  })

  test('an upload: headers of both steps and the file', async () => {
    const [start, finish] = readCassette('ruby_llm/uploadedfile_live_uploads_gemini_uploads_a_pdf_through_the_files_api.yml')
    const sent = await upload(await quickSimulator(), { bytes: Buffer.from('%PDF'), mimeType: 'application/pdf' })
    for (const name of ['x-goog-upload-status', 'x-goog-upload-chunk-granularity', 'content-type', 'content-length', 'server']) {
      expect(sent.started.headers.get(name)).toBe(start?.response.headers[name])
    }
    const placeholder = (url: string | null | undefined) => url?.replace(/^https?:\/\/[^/]+/, '').replace(/upload_id=[^&]+/, 'upload_id=I')
    expect(placeholder(sent.started.headers.get('x-goog-upload-url'))).toBe(placeholder(start?.response.headers['x-goog-upload-url']))
    for (const name of ['x-goog-upload-status', 'content-type', 'server']) {
      expect(sent.finished?.headers.get(name)).toBe(finish?.response.headers[name])
    }
    const recorded: unknown = JSON.parse(String(finish?.response.body))
    expect(sorted({ file: sent.file })).toEqual(sorted(recorded))
  })
})
