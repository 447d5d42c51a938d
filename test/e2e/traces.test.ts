import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../src/config.ts'
import { formatTraceParent, parseTraceParent, spanIdOf } from '../../src/domain/trace.ts'
import { call, edit, prepare, say } from './running-service.ts'

interface OtlpSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: Record<string, string> }[]
  status: { code: number }
}

/** A collector that keeps what it is sent. */
async function collector() {
  const spans: OtlpSpan[] = []
  const headers: unknown[] = []
  const server = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(await text(request))
    expect([request.method, request.url]).toEqual(['POST', '/v1/traces'])
    headers.push(request.headers['x-team'])
    for (const { resource, scopeSpans } of resourceSpans) {
      expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'pictures' } })
      for (const scope of scopeSpans) spans.push(...scope.spans)
    }
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return {
    spans,
    headers,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20team', OTEL_SERVICE_NAME: 'pictures' },
  }
}

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

test('a request, its turn and each attempt hang together below the caller’s span', async () => {
  const { spans, headers, env } = await collector()
  const { start, simulator } = await prepare()
  const service = await start(env)
  const session = await call(service.url, 'POST', '/v1/sessions', {})
  simulator.setFaults([{ times: 1, fault: { kind: 'error', error: 'overloaded' } }])
  const traceparent = formatTraceParent({ ...CALLER, sampled: true })
  const turn = await edit(service.url, session.body.id, [say('a house')], {}, { traceparent })
  expect(turn.body).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'overloaded' }, { outcome: 'succeeded' }] })
  await service.close()

  expect(new Set(headers)).toEqual(new Set(['a team']))
  const own = spans.filter(({ traceId }) => traceId === CALLER.traceId)
  const request = own.find(({ kind }) => kind === 2)
  expect(request).toMatchObject({ name: 'POST /v1/sessions/{id}/turns', parentSpanId: CALLER.spanId, status: { code: 0 } })
  const ofTurn = own.find(({ name }) => name === 'turn')
  expect(ofTurn).toMatchObject({ spanId: spanIdOf(turn.body.id, 0), parentSpanId: request?.spanId, status: { code: 0 } })
  const attempts = own.filter(({ kind }) => kind === 3)
  expect(attempts).toMatchObject([
    { name: 'attempt gemini-3-pro-image', parentSpanId: ofTurn?.spanId, status: { code: 2 } },
    { name: 'attempt gemini-3-pro-image', parentSpanId: ofTurn?.spanId, status: { code: 0 } },
  ])
  expect(attempts[0]?.attributes).toContainEqual({ key: 'pentimento.outcome', value: { stringValue: 'overloaded' } })
  expect(own).toHaveLength(4)
  for (const span of own) expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true)
  expect(JSON.stringify(spans)).not.toContain('a house')
})

test('what the caller does not sample is not traced', async () => {
  const { spans, env } = await collector()
  const { start } = await prepare()
  const service = await start(env)
  const traceparent = formatTraceParent({ ...CALLER, sampled: false })
  const session = await call(service.url, 'POST', '/v1/sessions', {}, { traceparent })
  await edit(service.url, session.body.id, [say('a house')], {}, { traceparent })
  await call(service.url, 'GET', '/healthz')
  await service.close()
  expect(spans).toEqual([])
})

test('a collector that is away costs a line in the log, and no turn', async () => {
  const { start, logged } = await prepare()
  const service = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  const session = await call(service.url, 'POST', '/v1/sessions', {})
  expect((await edit(service.url, session.body.id, [say('a house')])).body.status).toBe('succeeded')
  await service.close()
  expect(logged.filter(({ event }) => event === 'traces.failed')).toHaveLength(1)
})

describe('traceparent', () => {
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  test('is read as the specification writes it, and written so', () => {
    expect(parseTraceParent(good)).toEqual({ ...CALLER, sampled: true })
    expect(parseTraceParent('01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more')).toEqual({ ...CALLER, sampled: false })
    expect(formatTraceParent({ ...CALLER, sampled: true })).toBe(good)
  })

  test.each([
    '',
    good.toUpperCase(),
    `ff${good.slice(2)}`,
    good.replace(/0af\w+/, '0'.repeat(32)),
    good.replace('b7ad6b7169203331', '0'.repeat(16)),
  ])('is ignored where it is none: %s', (header) => expect(parseTraceParent(header)).toBeNull())
})

describe('the usual variables', () => {
  const tracingOf = (env: Record<string, string>) => {
    const parsed = parseConfig(env)
    return 'ok' in parsed ? parsed.ok.tracing : parsed.problems
  }

  test('turn tracing on, and off', () => {
    const on = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
    expect(tracingOf({})).toBeNull()
    expect(tracingOf(on)).toMatchObject({ url: 'http://collector:4318/v1/traces', resource: { 'service.name': 'pentimento' }, share: 1 })
    expect(tracingOf({ ...on, OTEL_SDK_DISABLED: 'true' })).toBeNull()
    expect(tracingOf({ ...on, OTEL_TRACES_EXPORTER: 'none' })).toBeNull()
    expect(tracingOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector/own' })).toMatchObject({ url: 'http://collector/own' })
    expect(tracingOf({ ...on, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' })).toMatchObject({
      share: 0.25,
    })
    expect(tracingOf({ ...on, OTEL_TRACES_SAMPLER: 'always_off' })).toMatchObject({ share: 0 })
    expect(tracingOf({ ...on, OTEL_TRACES_SAMPLER: 'jaeger_remote' })).toEqual([expect.stringMatching(/^OTEL_TRACES_SAMPLER: /)])
  })
})
