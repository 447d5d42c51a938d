/** The Worker as it is deployed, in workerd: its own bundle, PostgreSQL by way of Hyperdrive's stand-in, R2's stand-in, the simulator behind it. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { unstable_startWorker as startWorker } from 'wrangler'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { call, edit, type Json, photo, say, show, type TurnJson } from '../e2e/running-service.ts'
import { freshDatabase } from '../support/database.ts'

const KEY = 'a-key-of-forty-characters-at-the-least-0'
const headers = { authorization: `Bearer ${KEY}` }

async function openWorker() {
  const database = await freshDatabase({ max: 2 })
  const simulator = await startSimulator({ latency: { '*': { minMs: 0, maxMs: 0 } }, signatureBytes: { min: 600, max: 900 } })
  const vars = {
    ...{ GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url, API_KEYS: `tenant:${KEY}` },
    ENGINE_POLICY: JSON.stringify({ interactive: { backoffBaseMs: 200, backoffCapMs: 400 } }),
  }
  const worker = await startWorker({
    config: join(import.meta.dirname, '../../wrangler.toml'),
    bindings: {
      HYPERDRIVE: { type: 'hyperdrive', id: '0', localConnectionString: database.tcpUrl },
      ...Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, { type: 'plain_text' as const, value }])),
    },
    dev: { logLevel: 'none', server: { port: 0 }, inspector: false, persist: false },
  })
  onTestFinished(async () => {
    await worker.dispose()
    await simulator.close()
  })
  await worker.ready
  return { simulator, url: (await worker.url).origin }
}

test('a Worker holds a conversation: an upload, edits within the wait asked for, one of them through overload, and their pictures', async () => {
  const { url, simulator } = await openWorker()
  const body = new Uint8Array(await photo())
  const uploaded = await fetch(`${url}/v1/media`, { method: 'POST', headers: { ...headers, 'content-type': 'image/jpeg' }, body })
  const { id: mediaId } = (await uploaded.json()) as Json
  const { body: session } = await call(url, 'POST', '/v1/sessions', {}, headers)

  const first = await edit(url, session.id, [say('Make it blue'), show(mediaId)], {}, headers)
  expect(first).toMatchObject({ status: 201, body: { status: 'succeeded', historyFidelity: 'exact' } })

  simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'error', error: 'overloaded' } }])
  const second = await edit(url, session.id, [say('Now at night')], {}, headers)
  expect(second).toMatchObject({ status: 201, body: { status: 'succeeded', parentId: first.body.id, historyFidelity: 'exact' } })
  expect(second.body.attempts.map(({ outcome }) => outcome)).toEqual(['overloaded', 'succeeded'])

  const picture = await fetch(second.body.output?.image?.url ?? '', { headers })
  expect(picture.headers.get('content-type')).toBe(second.body.output?.image?.mimeType)
  expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(100)
})

test('a turn that is followed by its events runs in the request that reads them', async () => {
  const { url } = await openWorker()
  const { body: session } = await call(url, 'POST', '/v1/sessions', {}, headers)
  const { body: accepted } = await call<TurnJson>(url, 'POST', `/v1/sessions/${session.id}/turns`, { parts: [say('A red house')] }, headers)
  const events = await fetch(`${url}/v1/turns/${accepted.id}/events`, { headers: { ...headers, accept: 'text/event-stream' } })
  expect(await events.text()).toContain('event: turn.succeeded')
})

test('nobody who is not let in makes turns run by asking for events', async () => {
  const { url, simulator } = await openWorker()
  const { body: session } = await call(url, 'POST', '/v1/sessions', {}, headers)
  const { body: turn } = await call<TurnJson>(url, 'POST', `/v1/sessions/${session.id}/turns`, { parts: [say('A red house')] }, headers)
  for (const path of [`/v1/turns/${turn.id}/events`, '/', `/v1/turns/${turn.id}`]) {
    const answer = await fetch(`${url}${path}`, { headers: { Accept: 'text/event-stream' } })
    await answer.body?.cancel()
    expect(answer.status).not.toBe(500)
  }
  // Time enough to take it up, for an executor that was started all the same.
  for (let roundTrip = 0; roundTrip < 20; roundTrip++) {
    const { body } = await call<TurnJson>(url, 'GET', `/v1/turns/${turn.id}`, undefined, headers)
    expect(body.status).toBe('queued')
  }
  expect(simulator.counts().requests).toBe(0)
})

test('a turn that nobody waits for runs on the minute, where nothing breaks it off', async () => {
  const { url, simulator } = await openWorker()
  const { body: session } = await call(url, 'POST', '/v1/sessions', {}, headers)
  const accepted = await call<TurnJson>(url, 'POST', `/v1/sessions/${session.id}/turns`, { parts: [say('A red house')] }, headers)
  expect(accepted).toMatchObject({ status: 202, body: { status: 'queued' } })
  expect(simulator.counts().requests).toBe(0)

  const minute = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent('* * * * *')}`)
  expect(await minute.text()).toBe('ok')
  const path = `/v1/turns/${accepted.body.id}`
  await expect
    .poll(async () => (await call<TurnJson>(url, 'GET', path, undefined, headers)).body.status, { timeout: 20_000 })
    .toBe('succeeded')
})
