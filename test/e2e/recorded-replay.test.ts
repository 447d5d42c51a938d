import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithRecordings, readCassette, readRecording } from '../support/recordings.ts'
import { call, edit, prepare, say } from './running-service.ts'

/** Answers the first request with what was recorded, and every later one in words; keeps what it was sent. */
async function recordedUpstream(body: Buffer, contentType: string): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = []
  const words = '{"candidates":[{"content":{"role":"model","parts":[{"text":"Seen."}]},"finishReason":"STOP"}]}'
  const server = createServer(async (request, response) => {
    requests.push((await buffer(request)).toString())
    const first = requests.length === 1
    response.writeHead(200, { 'content-type': first ? contentType : 'application/json' }).end(first ? body : words)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** The text between the brackets of the first `"parts"` array, by counting brackets outside of strings. */
function partsOf(document: string): string {
  const from = document.indexOf('[', document.indexOf('"parts"')) + 1
  let depth = 1
  let at = from
  for (let inString = false; depth > 0; at += 1) {
    const character = document[at]
    if (inString && character === '\\') at += 1
    else if (character === '"') inString = !inString
    else if (!inString && (character === '[' || character === '{')) depth += 1
    else if (!inString && (character === ']' || character === '}')) depth -= 1
  }
  return document.slice(from, at - 1)
}

/** Parts are joined by a comma when sent; how they were set apart when received is not theirs. */
function apart(parts: string): string {
  return parts.trim().replaceAll(/}\s*,\s*{/g, '},{')
}

/** Two turns through the whole service, database and all: what the second sends of the first's answer. */
async function replayed(recorded: Buffer, contentType: string, model: string): Promise<string> {
  const upstream = await recordedUpstream(recorded, contentType)
  const { start } = await prepare()
  const { url } = await start({ GEMINI_BASE_URL: upstream.url })
  const session = await call(url, 'POST', '/v1/sessions', { models: [model] })
  const first = await edit(url, session.body.id, [say('a picture')])
  expect(first.body.status, JSON.stringify(first.body.error)).toBe('succeeded')
  const second = await edit(url, session.body.id, [say('again')])
  expect(second.body).toMatchObject({ status: 'succeeded', historyFidelity: 'exact' })
  const sent = upstream.requests.at(-1) ?? ''
  return partsOf(sent.slice(sent.indexOf('"role":"model"')))
}

describeWithRecordings('received, stored in Postgres and replayed by the next turn, an answer is byte for byte what came', () => {
  it.each([
    ['pydantic-ai/test_google_image_generation_with_text.yaml', 'gemini-3-pro-image'],
    ['pydantic-ai/test_google_image_or_text_output.yaml', 'gemini-2.5-flash-image'],
    ['ruby_llm/gemini-2_5-flash-image_edit@3db70b2.yml', 'gemini-2.5-flash-image'],
  ])('%s', async (path, model) => {
    const answers = readCassette(path).filter(({ request }) => request.url.includes('enerateContent'))
    for (const { response } of answers) {
      const text = response.body.toString()
      expect(await replayed(response.body, 'application/json', model)).toBe(apart(partsOf(text)))
    }
  })

  it('a stream whose one part carries a picture and 2.6 MB of signature', async () => {
    const picture = Buffer.from('ffd8ffe0aabbccddeeff', 'hex').toString('base64')
    const lines = readRecording('vercel-ai/issue-10660-image-thought-signature@9fc22eec.chunks.txt')
      .toString()
      .replace('recorded-image-data-omitted', picture)
      .trim()
      .split('\n')
    const stream = Buffer.from(lines.map((line) => `data: ${line}\r\n\r\n`).join(''))
    expect(await replayed(stream, 'text/event-stream', 'gemini-3-pro-image')).toBe(apart(partsOf(lines[0] ?? '')))
  })
})
