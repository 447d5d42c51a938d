/** Two readings of one protocol: the adapter against the simulator, which knows nothing of it. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelAnswer, ModelRequest, RequestContent } from '../../src/domain/model-call.ts'
import type { ReceivedPart } from '../../src/domain/part.ts'
import { createGeminiFiles } from '../../src/gemini/gemini-files.ts'
import { createGeminiModel } from '../../src/gemini/gemini-model.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { localEndpoint } from './local-upstream.ts'
import { createMemorySink, createMemoryStores } from './memory-stores.ts'
import { modelRequest } from './model-requests.ts'

const HOUR_MS = 3_600_000
const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function setUp(options: Parameters<typeof startSimulator>[0] = {}, key = 'AIza-good') {
  const simulator = await startSimulator({ timeScale: 0, edge1kPx: 128, ...options })
  const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
  cleanUps.push(
    () => transport.close(),
    () => simulator.close(),
  )
  const stores = createMemoryStores(64 * 1024)
  const endpoints = [{ ...localEndpoint(simulator.url), key }]
  const clock = createManualClock()
  const model = createGeminiModel({ endpoints, transport, ...stores, clock })
  const files = createGeminiFiles({ endpoints, transport, blobs: stores.blobs, clock })
  const ask = async (request: Partial<ModelRequest>): Promise<{ answer: ModelAnswer; parts: ReceivedPart[] }> => {
    const sink = createMemorySink(stores)
    const answer = await model.attempt(modelRequest(request), sink, new AbortController().signal)
    return { answer, parts: sink.parts }
  }
  return { simulator, stores, files, ask }
}

const user = (text: string): RequestContent => ({ role: 'user', parts: [{ kind: 'text', text }] })
const replayed = (parts: readonly ReceivedPart[]): RequestContent => ({
  role: 'model',
  parts: parts.filter(({ thought }) => !thought).map(({ raw, holes }) => ({ kind: 'raw', raw, holes })),
})
const signal = new AbortController().signal

describe('against the simulator', () => {
  it('a conversation of four edits goes on with every signature sent back', async () => {
    const { ask } = await setUp()
    const contents: RequestContent[] = []
    for (const text of ['a red kite', 'at night', 'with a moon', 'and rain']) {
      contents.push(user(text))
      const { answer, parts } = await ask({ contents })
      expect(answer).toMatchObject({ outcome: 'succeeded', billed: 'yes', modelVersion: 'gemini-3-pro-image' })
      expect(parts.find(({ image }) => image !== null)).toMatchObject({ signed: true, image: { mimeType: 'image/jpeg' } })
      expect(answer.usage?.outputTokens).toBeGreaterThan(0)
      contents.push(replayed(parts))
    }
  })

  it('a signature left out is signature_rejected', async () => {
    const { ask } = await setUp()
    const { parts } = await ask({ contents: [user('a red kite')] })
    const stripped = parts.map((part) => ({ ...part, raw: '{"text":"the kite"}', holes: [] }))
    const { answer } = await ask({ contents: [user('a red kite'), replayed(stripped), user('at night')] })
    expect(answer).toMatchObject({ outcome: 'signature_rejected', billed: 'no', httpStatus: 400 })
  })

  it('interim pictures are told apart from the answer', async () => {
    const { ask } = await setUp()
    const { parts } = await ask({ includeThoughts: true })
    expect(parts.some(({ thought }) => thought)).toBe(true)
    expect(parts.some(({ thought, image }) => !thought && image !== null)).toBe(true)
  })

  it('an uploaded file can be used, expires, and is then media_gone by its id', async () => {
    const { ask, files, simulator, stores } = await setUp()
    const { parts } = await ask({ contents: [user('a red kite')] })
    const image = parts.find((part) => part.image !== null)?.image
    if (!image) throw new Error('no image came')
    const uploaded = await files.upload('here', image, signal)
    expect(uploaded.state).toBe('active')
    expect(stores.images.get(image.sha256)).toHaveLength(image.bytes)
    const contents: RequestContent[] = [
      {
        role: 'user',
        parts: [
          { kind: 'file', mimeType: image.mimeType, uri: uploaded.uri },
          { kind: 'text', text: 'at night' },
        ],
      },
    ]
    expect((await ask({ contents })).answer.outcome).toBe('succeeded')
    simulator.advanceClock(49 * HOUR_MS)
    expect((await ask({ contents })).answer).toMatchObject({
      outcome: 'media_gone',
      billed: 'no',
      facts: { goneFiles: [uploaded.name.replace('files/', '')] },
    })
    expect(await files.get('here', uploaded.name, signal)).toBeNull()
    await expect(files.remove('here', uploaded.name, signal)).resolves.toBeUndefined()
  })

  it.each([
    ['a bad key', {}, 'bad-key', {}, { outcome: 'rejected', facts: { rejection: 'key' } }],
    ['an unknown model', {}, 'AIza-good', { model: 'gemini-99' }, { outcome: 'rejected', facts: { rejection: 'model' } }],
    ['a body over the limit', { requestBytesMax: 100 }, 'AIza-good', {}, { outcome: 'too_large' }],
  ])('%s is told', async (_, options, key, request, expected) => {
    const { ask } = await setUp(options, key)
    expect((await ask(request)).answer).toMatchObject(expected)
  })

  it('a quota of one a minute is rate_limited, with the wait it asks for; of none, exhausted', async () => {
    const once = await setUp({ quotas: { '*': { rpm: 1 } } })
    expect((await once.ask({})).answer.outcome).toBe('succeeded')
    const { answer } = await once.ask({})
    expect(answer).toMatchObject({ outcome: 'rate_limited', facts: { quotas: [{ period: 'minute', counts: 'requests', limit: 1 }] } })
    expect(answer.facts.retryAfterMs).toBeGreaterThan(0)
    const never = await setUp({ quotas: { '*': { rpm: 0 } } })
    expect((await never.ask({})).answer.outcome).toBe('quota_exhausted')
  })
})
