import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { StatsResource } from '../../src/http/contract/stats.ts'
import { toIso } from '../../src/runtime/instant.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

let open: OpenApp
beforeAll(async () => {
  open = await openApp()
})

const send = (method: string, path: string, body?: unknown) => call(open.app, method, path, body)

async function newTurn(): Promise<string> {
  const { id } = (await send('POST', '/v1/sessions', {})).body
  return (await send('POST', `/v1/sessions/${id}/turns`, { parts: [{ type: 'text', text: 'make it blue' }] })).body.id
}

/** The turn that the first event of the stream is of. */
async function firstOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  const reader = ((await open.app.request(path, { headers })).body ?? new ReadableStream<Uint8Array>()).getReader()
  // What another test's transaction on the same server hides for a moment is looked for again a second later.
  const seconds = setInterval(() => open.clock.advance(1_000), 50)
  onTestFinished(() => clearInterval(seconds))
  for (;;) {
    const { value } = await reader.read()
    const turnId = /"turnId":"(trn_\w+)"/.exec(new TextDecoder().decode(value))?.[1]
    if (turnId === undefined) continue
    clearInterval(seconds)
    await reader.cancel()
    return turnId
  }
}

describe('the events of a tenant', () => {
  it('begin with the first, or with what happened since a moment, or after the event seen last', async () => {
    const first = await newTurn()
    await open.clock.advance(60_000)
    const second = await newTurn()
    const since = encodeURIComponent(toIso(open.clock.nowMs() - 30_000))
    expect(await firstOf('/v1/events')).toBe(first)
    expect(await firstOf(`/v1/events?since=${since}`)).toBe(second)
    expect(await firstOf(`/v1/events?since=${since}`, { 'Last-Event-ID': '0' })).toBe(first)
  })

  it('begin with what comes, where nothing has happened since', async () => {
    await newTurn()
    await open.clock.advance(60_000)
    const since = encodeURIComponent(toIso(open.clock.nowMs()))
    const awaited = firstOf(`/v1/events?since=${since}`)
    expect([await newTurn()]).toEqual([await awaited])
  })

  it('do not begin at what is no moment', async () => {
    expect(await send('GET', '/v1/events?since=yesterday')).toMatchObject({ status: 400, body: { errors: [{ path: 'since' }] } })
  })
})

describe('stats over time', () => {
  it.each([
    ['5m', 6, 60_000],
    ['1h', 61, 60_000],
    ['24h', 145, 600_000],
  ])('are told of %s where asked for, and only there', async (window, length, stepMs) => {
    const plain = (await send('GET', `/v1/stats?window=${window}`)).body
    expect(plain).not.toHaveProperty('series')
    const { series } = StatsResource.parse((await send('GET', `/v1/stats?window=${window}&series=true`)).body)
    expect(series?.stepMs).toBe(stepMs)
    expect(Math.abs((series?.points.length ?? 0) - length)).toBeLessThanOrEqual(1)
  })
})
