/** What only a real connection shows: clients that leave, and uploads refused while they are still being sent. */
import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, type OpenApp, openApp } from './open-app.ts'

const TEXT = JSON.stringify({ parts: [{ type: 'text', text: 'make it blue' }] })
const JSON_BODY = { 'Content-Type': 'application/json', 'Content-Length': String(TEXT.length) }
const MIB = 1024 * 1024

let open: OpenApp
let server: Server
let port: number
beforeAll(async () => {
  open = await openApp()
  server = createAdaptorServer({ fetch: open.app.fetch }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const post = (path: string, headers: OutgoingHttpHeaders, agent?: Agent) =>
  request({ host: '127.0.0.1', port, path, method: 'POST', headers, ...(agent ? { agent } : {}) })
const answerTo = async (client: ClientRequest): Promise<IncomingMessage> => (await once(client, 'response'))[0]
const jsonOf = async (answer: IncomingMessage) => JSON.parse(Buffer.concat(await answer.toArray()).toString())
const newSession = async (settings: object) => (await call(open.app, 'POST', '/v1/sessions', settings)).body.id
/** How the one turn of the session ended. */
const endOf = async (sessionId: string) => {
  const [turn] = (await call(open.app, 'GET', `/v1/sessions/${sessionId}/turns?all=true`)).body.data
  return (await call(open.app, 'GET', `/v1/turns/${turn.id}`, undefined, { Prefer: 'wait=30' })).body.status
}

describe('a client that leaves', () => {
  it('cancels the turn it was waiting for, where the session wants that', async () => {
    const id = await newSession({ onDisconnect: 'cancel' })
    const client = post(`/v1/sessions/${id}/turns`, { ...JSON_BODY, Prefer: 'wait=30' })
    client.on('error', () => {})
    client.end(TEXT)
    await open.clock.untilSleeping()
    client.destroy()
    expect(await endOf(id)).toBe('canceled')
  })

  it('cancels the turn whose events it was answered with, where the session wants that', async () => {
    const id = await newSession({ onDisconnect: 'cancel' })
    const client = post(`/v1/sessions/${id}/turns`, { ...JSON_BODY, Accept: 'text/event-stream' })
    client.end(TEXT)
    const answer = await answerTo(client)
    answer.on('error', () => {})
    await once(answer, 'data')
    client.destroy()
    expect(await endOf(id)).toBe('canceled')
  })
})

describe('an upload that is refused', () => {
  it.each([
    ['too large, as it admits', { 'Content-Length': String(60 * MIB) }, 413],
    ['too large, as it turns out', {}, 413],
    ['no picture', { 'Content-Length': String(20 * MIB) }, 415],
  ])('because it is %s gets its answer, not a cut connection', async (_what, headers: OutgoingHttpHeaders, status) => {
    const client = post('/v1/media', { 'Content-Type': 'image/png', ...headers })
    // Once answered, the server may close what is still being sent.
    client.on('error', () => {})
    const mebibytes = Number(headers['Content-Length'] ?? 60 * MIB) / MIB
    Readable.from(Array.from({ length: mebibytes }, () => Buffer.alloc(MIB))).pipe(client)
    const answer = await answerTo(client)
    expect([answer.statusCode, (await jsonOf(answer)).status]).toEqual([status, status])
    client.destroy()
  })
})

describe('a connection', () => {
  it('serves on after a form was read', async () => {
    const id = await newSession({ onConflict: 'enqueue' })
    const form = '--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nblue\r\n--x--\r\n'
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let n = 0; n < 3; n++) {
      const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': String(form.length) }
      const client = post(`/v1/sessions/${id}/turns`, headers, agent)
      client.end(form)
      const answer = await answerTo(client)
      ports.add(answer.socket.localPort)
      expect([answer.statusCode, (await jsonOf(answer)).input.parts]).toEqual([202, [{ type: 'text', text: 'blue' }]])
    }
    expect(ports.size).toBe(1)
    agent.destroy()
  })
})
