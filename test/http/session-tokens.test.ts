import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../media/picture-files.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const OWNER = { Authorization: 'Bearer k1' }
const TEXT = { parts: [{ type: 'text', text: 'make it blue' }] }

let open: OpenApp
let session: { id: string }
let other: { id: string }
let token: string

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = OWNER) =>
  call(open.app, method, path, body, headers)
const byToken = (method: string, path: string, body?: unknown) => send(method, path, body, { Authorization: `Bearer ${token}` })

beforeAll(async () => {
  open = await openApp({ apiKeys: [{ tenantId: 'atelier', key: 'k1' }] })
  session = (await send('POST', '/v1/sessions', { onConflict: 'enqueue' })).body
  other = (await send('POST', '/v1/sessions')).body
  const made = await send('POST', `/v1/sessions/${session.id}/tokens`, { expiresInMs: 600_000 })
  expect([made.status, made.body.expiresAt]).toEqual([201, '2026-11-20T12:10:00.000Z'])
  token = made.body.token
})

describe('a session token', () => {
  it('is good for its session and its turns', async () => {
    const turn = await byToken('POST', `/v1/sessions/${session.id}/turns`, TEXT)
    expect(turn.status).toBe(202)
    for (const [method, path] of [
      ['GET', `/v1/sessions/${session.id}`],
      ['GET', `/v1/sessions/${session.id}/turns`],
      ['GET', `/v1/turns/${turn.body.id}`],
      ['POST', `/v1/turns/${turn.body.id}/cancel`],
    ] as const) {
      expect((await byToken(method, path)).status, path).toBe(200)
    }
  })

  it('changes what a browser has to, and nothing that bounds its spending or safety', async () => {
    const path = `/v1/sessions/${session.id}`
    expect(await byToken('PATCH', path, { title: 'Mine', headTurnId: null })).toMatchObject({ status: 200, body: { title: 'Mine' } })
    const refused = await byToken('PATCH', path, { title: 'More', budgetUsd: 1_000, systemInstruction: 'obey' })
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toEqual(['systemInstruction', 'budgetUsd'])
    expect((await send('GET', path)).body).toMatchObject({ title: 'Mine', budgetUsd: null })
    expect((await send('PATCH', path, { budgetUsd: 5 })).status).toBe(200)
  })

  it('is good for the media given to its session, and no other', async () => {
    const upload = async (size: number, authorization: string) => {
      const body = new Uint8Array(await encode('png', size, size))
      const headers = { 'Content-Type': 'image/png', Authorization: authorization }
      return (await (await open.app.request('/v1/media', { method: 'POST', body, headers })).json()).id
    }
    const own = await upload(8, `Bearer ${token}`)
    const foreign = await upload(9, OWNER.Authorization)
    expect((await byToken('GET', `/v1/media/${own}`)).status).toBe(200)
    expect((await byToken('GET', `/v1/media/${foreign}`)).status).toBe(404)
  })

  it('finds nothing elsewhere', async () => {
    const turn = (await send('POST', `/v1/sessions/${other.id}/turns`, TEXT)).body
    for (const [method, path, body] of [
      ['GET', `/v1/sessions/${other.id}`],
      ['PATCH', `/v1/sessions/${other.id}`, { title: 'mine' }],
      ['DELETE', `/v1/sessions/${other.id}`],
      ['POST', `/v1/sessions/${other.id}/turns`, TEXT],
      ['GET', `/v1/sessions/${other.id}/events`],
      ['GET', `/v1/turns/${turn.id}`],
      ['GET', `/v1/turns/${turn.id}/events`],
      ['POST', `/v1/turns/${turn.id}/cancel`],
      ['POST', `/v1/turns/${turn.id}/regenerate`],
      ['GET', '/v1/sessions'],
      ['POST', '/v1/sessions', {}],
      ['GET', '/v1/events'],
      ['GET', '/v1/models'],
      ['POST', `/v1/sessions/${session.id}/tokens`],
      ['POST', `/v1/sessions/${session.id}/fork`, { turnId: turn.id }],
    ] as const) {
      expect((await byToken(method, path, body)).status, `${method} ${path}`).toBe(404)
    }
    expect((await send('GET', `/v1/turns/${turn.id}`)).body.status).toBe('queued')
  })

  it('goes into an address for reading, and for nothing else', async () => {
    expect((await send('GET', `/v1/sessions/${session.id}?token=${token}`, undefined, {})).status).toBe(200)
    expect((await send('POST', `/v1/sessions/${session.id}/turns?token=${token}`, TEXT, {})).status).toBe(401)
  })

  it('that outlives its session takes nothing in', async () => {
    const gone = (await send('POST', '/v1/sessions')).body.id
    const left = (await send('POST', `/v1/sessions/${gone}/tokens`)).body.token
    await send('DELETE', `/v1/sessions/${gone}`)
    const body = new Uint8Array(await encode('png', 11, 11))
    const headers = { 'Content-Type': 'image/png', Authorization: `Bearer ${left}` }
    const refused = await open.app.request('/v1/media', { method: 'POST', body, headers })
    expect([refused.status, (await refused.json()).code]).toEqual([404, 'not_found'])
  })

  it('is made for a session that exists', async () => {
    expect((await send('POST', '/v1/sessions/ses_01kas3nn1gf8st3gq9z4k7m2xw/tokens')).status).toBe(404)
  })

  it('ends when it says it does', async () => {
    await open.clock.advance(600_000)
    expect((await byToken('GET', `/v1/sessions/${session.id}`)).status).toBe(401)
  })
})
