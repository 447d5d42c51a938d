import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { EventResource } from '../../src/http/contract/event.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const TEXT = { parts: [{ type: 'text', text: 'make it blue' }] }

let open: OpenApp
beforeAll(async () => {
  open = await openApp()
})

const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => call(open.app, method, path, body, headers)
const newSession = async (settings: object = {}) => (await send('POST', '/v1/sessions', settings)).body
const newTurn = async (sessionId: string) => (await send('POST', `/v1/sessions/${sessionId}/turns`, TEXT)).body
const stream = (path: string, headers: Record<string, string> = {}) => open.app.request(path, { headers })

/** The next event of a stream; null at its end. Comments are passed over. */
function eventsOf(answer: Response) {
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader()
  const next = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return null
      const text = new TextDecoder().decode(value)
      if (text.startsWith(':')) continue
      const [, id, event, data = ''] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)\n\n$/.exec(text) ?? []
      const parsed = EventResource.parse(JSON.parse(data))
      expect(parsed.type).toBe(event)
      return { id: Number(id), ...parsed }
    }
  }
  return { next, leave: () => reader.cancel() }
}

describe('the events of a turn', () => {
  it('come from the first, as they happen, until the last one, which carries the turn', async () => {
    const { id } = await newSession()
    const turn = await newTurn(id)
    const answer = await stream(`/v1/turns/${turn.id}/events`)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    const { next } = eventsOf(answer)
    expect(await next()).toMatchObject({ id: 1, seq: 1, type: 'turn.queued', turnId: turn.id, sessionId: id })
    const waiting = next()
    await send('POST', `/v1/turns/${turn.id}/cancel`)
    const last = await waiting
    expect(last).toMatchObject({ id: 2, type: 'turn.canceled', turn: { id: turn.id, status: 'canceled', version: 2 } })
    expect(await next()).toBeNull()
  })

  it('go on after Last-Event-ID, and say so when there is no more', async () => {
    const { id } = await newSession()
    const turn = await newTurn(id)
    await send('POST', `/v1/turns/${turn.id}/cancel`)
    const resumed = eventsOf(await stream(`/v1/turns/${turn.id}/events`, { 'Last-Event-ID': '1' }))
    expect(await resumed.next()).toMatchObject({ id: 2, type: 'turn.canceled' })
    expect(await resumed.next()).toBeNull()
    expect((await stream(`/v1/turns/${turn.id}/events`, { 'Last-Event-ID': '2' })).status).toBe(204)
  })

  it('are not those of a turn that does not exist, nor after an id that is none', async () => {
    expect((await stream('/v1/turns/trn_01kas3nn1gf8st3gq9z4k7m2xw/events')).status).toBe(404)
    const turn = await newTurn((await newSession()).id)
    const refused = await send('GET', `/v1/turns/${turn.id}/events`, undefined, { 'Last-Event-ID': 'x' })
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'Last-Event-ID' }] } })
  })
})

describe('the events of a session and of a tenant', () => {
  it.each(['session', 'tenant'])('cover all turns of the %s, resumable by position', async (scope) => {
    const session = await newSession({ onConflict: 'enqueue' })
    const path = scope === 'session' ? `/v1/sessions/${session.id}/events` : '/v1/events'
    const first = await newTurn(session.id)
    const all = eventsOf(await stream(path))
    // What another test's transaction on the same server hides for a moment is looked for again a second later.
    const seconds = setInterval(() => open.clock.advance(1_000), 50)
    onTestFinished(() => clearInterval(seconds))
    let seen = await all.next()
    while (seen?.turnId !== first.id) seen = await all.next()
    const second = await newTurn(session.id)
    expect(await all.next()).toMatchObject({ type: 'turn.queued', turnId: second.id })
    await all.leave()

    const resumed = eventsOf(await stream(path, { 'Last-Event-ID': String(seen?.id) }))
    expect(await resumed.next()).toMatchObject({ turnId: second.id, seq: 1 })
    await send('POST', `/v1/turns/${second.id}/cancel`)
    expect(await resumed.next()).toMatchObject({ type: 'turn.canceled', turn: { id: second.id } })
    await resumed.leave()
  })
})

describe('a turn submitted for its events', () => {
  const submit = async (settings: object, headers: Record<string, string> = {}) => {
    const { id } = await newSession(settings)
    const answer = await open.app.request(`/v1/sessions/${id}/turns`, {
      method: 'POST',
      body: JSON.stringify(TEXT),
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...headers },
    })
    expect(answer.status).toBe(200)
    const path = answer.headers.get('Location') ?? ''
    return { answer, path, events: eventsOf(answer) }
  }

  it('is answered with them', async () => {
    const { path, events } = await submit({})
    expect(await events.next()).toMatchObject({ type: 'turn.queued', turnId: path.replace('/v1/turns/', '') })
    await events.leave()
  })

  it.each([
    ['continue', 'queued'],
    ['cancel', 'canceled'],
  ])('is left by its client: onDisconnect %s leaves it %s', async (onDisconnect, status) => {
    const { path, events } = await submit({ onDisconnect })
    await events.next()
    await events.leave()
    expect((await send('GET', path)).body.status).toBe(status)
  })

  it('is not canceled when somebody else’s stream of it is left', async () => {
    const { path, events } = await submit({ onDisconnect: 'cancel' })
    const onlooker = eventsOf(await stream(`${path}/events`))
    await onlooker.next()
    await onlooker.leave()
    expect((await send('GET', path)).body.status).toBe('queued')
    await events.leave()
  })
})
