import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelRequest } from '../../src/domain/model-call.ts'
import { createGeminiModel } from '../../src/gemini/gemini-model.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { answering, localEndpoint, startUpstream } from './local-upstream.ts'
import { createMemorySink, createMemoryStores } from './memory-stores.ts'
import { modelRequest } from './model-requests.ts'

const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(500_000, 7)])
const signature = Buffer.alloc(900_000, 'abc+').toString()
const partText = `{"inlineData":{"mimeType":"image/jpeg","data":"${jpeg.toString('base64')}"},"thoughtSignature":"${signature}"}`
const usage = '"usageMetadata":{"promptTokenCount":22,"candidatesTokenCount":1216,"totalTokenCount":1417}'
const streamed = [
  `data: {"candidates":[{"content":{"parts":[${partText}],"role":"model"},"index":0}],"modelVersion":"gemini-3-pro-image"}\r\n\r\n`,
  `data: {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}],${usage},"responseId":"r1"}\r\n\r\n`,
].join('')

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function setUp(listener: RequestListener, unaryModels?: ReadonlySet<string>) {
  const upstream = await startUpstream(listener)
  const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
  cleanUps.push(() => transport.close(), upstream.stop)
  const stores = createMemoryStores(50_000)
  const sink = createMemorySink(stores)
  const clock = createManualClock()
  const options = { endpoints: [upstream.endpoint], transport, ...stores, clock }
  const model = createGeminiModel(unaryModels ? { ...options, unaryModels } : options)
  const attempt = (request: Partial<ModelRequest> = {}, signal = new AbortController().signal) =>
    model.attempt(modelRequest(request), sink, signal)
  return { upstream, stores, sink, clock, attempt }
}

describe('an attempt', () => {
  it('streams an answer into storage and says what came of it', async () => {
    const { attempt, sink, stores } = await setUp(answering(200, streamed, { 'content-type': 'text/event-stream' }))
    expect(await attempt()).toEqual({
      outcome: 'succeeded',
      httpStatus: 200,
      message: null,
      facts: { finishReason: 'STOP' },
      billed: 'yes',
      usage: { promptTokens: 22, outputTokens: 1216, thoughtTokens: null, totalTokens: 1417, promptByModality: [], outputByModality: [] },
      modelVersion: 'gemini-3-pro-image',
      responseId: 'r1',
    })
    expect(sink.parts).toMatchObject([{ signed: true, image: { mimeType: 'image/jpeg', bytes: jpeg.length } }])
    expect(stores.images.get(sink.parts[0]?.image?.sha256 ?? '')).toEqual(jpeg)
  })

  it('sends what was received back byte for byte, with the headers of the API', async () => {
    const seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = []
    const { attempt, sink } = await setUp(async (request, response) => {
      const body = (await buffer(request)).toString()
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      response.end(streamed)
    })
    await attempt()
    const parts = sink.parts.map(({ raw, holes }) => ({ kind: 'raw' as const, raw, holes }))
    await attempt({ attempt: 2, timeoutMs: 300_500, contents: [{ role: 'model', parts }] })
    expect(seen[1]?.body).toContain(`{"role":"model","parts":[${partText}]}`)
    expect(seen[1]).toMatchObject({
      url: '/v1beta/models/gemini-3-pro-image:streamGenerateContent?alt=sse',
      headers: {
        'x-goog-api-key': 'AIza-secret',
        'x-server-timeout': '301',
        'x-request-id': 'turn_1-2',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(seen[1]?.body ?? '')),
      },
    })
    expect(seen[1]?.headers['transfer-encoding']).toBeUndefined()
  })

  it('asks for one document where a model is not to be streamed', async () => {
    let url = ''
    const { attempt } = await setUp(
      (request, response) => {
        url = request.url ?? ''
        response.end(`{"candidates":[{"content":{"parts":[{"text":"Which kite?"}]},"finishReason":"STOP"}]}`)
      },
      new Set(['gemini-3-pro-image']),
    )
    expect(await attempt()).toMatchObject({ outcome: 'succeeded', facts: { textOnly: true } })
    expect(url).toBe('/v1beta/models/gemini-3-pro-image:generateContent')
  })

  it('that runs out of time after the request was sent is ambiguous', async () => {
    const arrived = Promise.withResolvers<void>()
    const { attempt, clock } = await setUp((request) => void buffer(request).then(() => arrived.resolve()))
    const answer = attempt({ timeoutMs: 300_000 })
    await arrived.promise
    await clock.advance(300_000)
    expect(await answer).toMatchObject({
      outcome: 'ambiguous',
      billed: 'maybe',
      httpStatus: null,
      message: 'no whole answer within 300000 ms',
    })
    expect(clock.wakesAtMs()).toEqual([])
  })

  it('canceled by the caller is canceled', async () => {
    const stop = new AbortController()
    const { attempt, clock } = await setUp(() => stop.abort())
    expect(await attempt({}, stop.signal)).toMatchObject({ outcome: 'canceled', billed: 'maybe' })
    expect(clock.wakesAtMs()).toEqual([])
    expect(await attempt({}, AbortSignal.abort())).toMatchObject({ outcome: 'canceled', billed: 'no' })
  })

  it('cut in mid-stream is ambiguous, and leaves no image half stored', async () => {
    const { attempt, sink } = await setUp(async (request, response) => {
      await buffer(request)
      response.write(streamed.slice(0, 300_000), () => response.destroy())
    })
    expect(await attempt()).toMatchObject({ outcome: 'ambiguous', billed: 'maybe', httpStatus: 200 })
    expect(sink).toMatchObject({ opened: 1, closed: 1, parts: [] })
  })

  it('refused is told apart by the body, in which the key is never repeated', async () => {
    const error = { error: { code: 503, message: 'The model is overloaded. AIza-secret Please try again later.', status: 'UNAVAILABLE' } }
    const { attempt } = await setUp(answering(503, JSON.stringify(error), { 'content-type': 'text/event-stream' }))
    expect(await attempt()).toMatchObject({
      outcome: 'overloaded',
      httpStatus: 503,
      billed: 'no',
      message: 'The model is overloaded. … Please try again later.',
    })
  })

  it('is not sent on by a redirect', async () => {
    const { attempt } = await setUp(answering(307, '', { location: 'http://127.0.0.1:1/elsewhere' }))
    expect(await attempt()).toMatchObject({ outcome: 'rejected', httpStatus: 307 })
  })

  it('fails by an error of its own where a blob to be sent is gone', async () => {
    const { attempt } = await setUp(answering(200, streamed))
    const image = { sha256: 'gone', bytes: 3, mimeType: 'image/png' }
    await expect(attempt({ contents: [{ role: 'user', parts: [{ kind: 'inline', image }] }] })).rejects.toThrow('no blob gone')
  })

  it('at a port where nobody listens is unreachable', async () => {
    const { upstream } = await setUp(answering(200, ''))
    await upstream.stop()
    cleanUps.pop()
    const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
    cleanUps.push(() => transport.close())
    const stores = createMemoryStores()
    const model = createGeminiModel({ endpoints: [localEndpoint(upstream.baseUrl)], transport, ...stores, clock: createManualClock() })
    const answer = await model.attempt(modelRequest(), createMemorySink(stores), new AbortController().signal)
    expect(answer).toMatchObject({
      outcome: 'unreachable',
      billed: 'no',
      message: 'the connection failed (ECONNREFUSED); the request was not sent',
    })
  })
})
