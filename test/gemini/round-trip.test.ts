import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { newAnswerSummary } from '../../src/gemini/answer-summary.ts'
import { requestBody } from '../../src/gemini/build-request.ts'
import { readAnswer } from '../../src/gemini/read-answer.ts'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'
import { createMemorySink, createMemoryStores } from './memory-stores.ts'
import { modelRequest } from './model-requests.ts'
import { evenCuts } from './reading.ts'

const cassettes = [
  'pydantic-ai/test_google_image_generation_with_text.yaml',
  'pydantic-ai/test_google_image_or_text_output.yaml',
  'pydantic-ai/test_google_streaming_tool_call_thought_signature.yaml',
  'ruby_llm/gemini-2_5-flash-image_edit@3db70b2.yml',
  'ruby_llm/uploadedfile_live_uploads_gemini_gemini-2_5-flash_reuses_an_uploaded_file_in_chat.yml',
]
/** Its image was cut out by those who recorded it, for words that are no base64; any picture stands in. */
const omitted = { words: 'recorded-image-data-omitted', picture: Buffer.from('ffd8ffe0aabbccddeeff', 'hex').toString('base64') }
const chunkFiles = [
  'vercel-ai/issue-10660-image-thought-signature@9fc22eec.chunks.txt',
  'vercel-ai/signature-in-empty-text-part@a922c69.chunks.txt',
]

/** The text of each part in `body`, found by a parser that has nothing in common with ours. */
function partTexts(body: string): string[] {
  const texts: string[] = []
  for (const start of [...body.matchAll(/"parts"\s*:\s*\[/g)].map(({ index, 0: found }) => index + found.length)) {
    for (let at = start; at < body.length && body[at] !== ']'; at += 1) {
      if (body[at] !== '{') continue
      let end = body.indexOf('}', at) + 1
      while (!isJson(body.slice(at, end))) end = body.indexOf('}', end) + 1
      texts.push(body.slice(at, end))
      at = end - 1
    }
  }
  return texts
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function replay(body: Buffer, chunkBytes: number): Promise<string> {
  const stores = createMemoryStores(65_536)
  const sink = createMemorySink(stores)
  async function* chunks() {
    for (const at of [0, ...evenCuts(body.length, chunkBytes)]) yield body.subarray(at, at + chunkBytes)
  }
  await readAnswer(chunks(), sink, newAnswerSummary())
  const parts = sink.parts.map(({ raw, holes }) => ({ kind: 'raw' as const, raw, holes }))
  const request = modelRequest({ contents: [{ role: 'model', parts }] })
  return (await buffer(requestBody(request, stores.blobs, stores.signatures))).toString()
}

async function expectByteIdentity(body: Buffer): Promise<number> {
  const texts = partTexts(body.toString()).filter((text) => text.replaceAll(/\s/g, '') !== '{"text":""}')
  for (const chunkBytes of [65_536, 1000]) {
    expect(await replay(body, chunkBytes)).toContain(`"parts":[${texts.join(',')}]`)
  }
  return texts.length
}

describeWithRecordings('received, stored and replayed, every part is byte for byte what came', () => {
  it.each(cassettes)('%s', async (path) => {
    const answers = readCassette(path).filter(({ request }) => request.url.includes('enerateContent'))
    expect(answers.length).toBeGreaterThan(0)
    for (const { response } of answers) expect(await expectByteIdentity(response.body)).toBeGreaterThan(0)
  })

  it.each(chunkFiles)('%s', async (path) => {
    const text = readRecording(path).toString().replace(omitted.words, omitted.picture)
    await expectByteIdentity(Buffer.from(text))
    const events = text
      .trim()
      .split('\n')
      .map((line) => `data: ${line}\r\n\r\n`)
    expect(await expectByteIdentity(Buffer.from(events.join('')))).toBeGreaterThan(0)
  })
})
