import { beforeAll, describe, expect, it } from 'vitest'
import { SessionResource } from '../../src/http/contract/session.ts'
import { TurnResource } from '../../src/http/contract/turn.ts'
import { encode } from '../media/picture-files.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const ABSENT = '01kas3nn1gf8st3gq9z4k7m2xw'
const TEXT = { parts: [{ type: 'text', text: 'make it blue' }] }

let open: OpenApp
beforeAll(async () => {
  open = await openApp()
})

const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => call(open.app, method, path, body, headers)
const newSession = async (settings: object = {}) => (await send('POST', '/v1/sessions', settings)).body
const newTurn = async (sessionId: string, body: object = TEXT) => (await send('POST', `/v1/sessions/${sessionId}/turns`, body)).body

describe('a session', () => {
  it('is made with its settings, found again, changed in what is named and nothing else', async () => {
    const made = await send('POST', '/v1/sessions', { title: 'Ölbild', metadata: { album: '7' }, image: { size: '2K' } })
    expect(made.status).toBe(201)
    expect(made.headers.get('Location')).toBe(`/v1/sessions/${made.body.id}`)
    expect(SessionResource.parse(made.body)).toMatchObject({ title: 'Ölbild', strategy: 'quality', headTurnId: null, turnCount: 0 })
    expect(made.body.models.length).toBeGreaterThan(0)

    const path = `/v1/sessions/${made.body.id}`
    expect((await send('PATCH', path, { title: null })).body).toMatchObject({
      title: null,
      metadata: { album: '7' },
      image: { size: '2K' },
    })
    expect((await send('GET', path)).body).toMatchObject({ title: null, metadata: { album: '7' } })
    expect((await send('DELETE', path)).body).toEqual({ turns: 0, media: 0, bytes: 0, upstreamFiles: 0 })
    expect((await send('GET', path)).status).toBe(404)
  })

  it('is listed with others, a page at a time', async () => {
    for (let n = 0; n < 3; n++) await newSession()
    const first = (await send('GET', '/v1/sessions?limit=2')).body
    expect(first.data).toHaveLength(2)
    const second = (await send('GET', `/v1/sessions?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`)).body
    expect(second.data[0].id < first.data[1].id).toBe(true)
  })

  it.each([`ses_${ABSENT}`, 'ses_1', 'trn_1', '%00', '..%2f'])('by the id %s is not found, malformed or not', async (id) => {
    expect(await send('GET', `/v1/sessions/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })
})

describe('submitting a turn', () => {
  it('answers 202 with where to look and when, while it goes on', async () => {
    const { id } = await newSession()
    const { status, headers, body } = await send('POST', `/v1/sessions/${id}/turns`, TEXT, { Prefer: 'respond-async' })
    expect(status).toBe(202)
    expect(TurnResource.parse(body)).toMatchObject({ sessionId: id, status: 'queued', input: TEXT, output: null })
    expect(Object.fromEntries(headers)).toMatchObject({
      location: `/v1/turns/${body.id}`,
      'retry-after': '2',
      'preference-applied': 'respond-async',
    })
  })

  it('answers 201 as soon as it has ended within the wait, however it ended', async () => {
    const { id } = await newSession()
    const waiting = send('POST', `/v1/sessions/${id}/turns`, TEXT, { Prefer: 'wait=20' })
    await open.clock.untilSleeping()
    const [turn] = (await send('GET', `/v1/sessions/${id}/turns?all=true`)).body.data
    await send('POST', `/v1/turns/${turn.id}/cancel`)
    expect(await waiting).toMatchObject({ status: 201, body: { id: turn.id, status: 'canceled' } })
    expect((await waiting).headers.get('Preference-Applied')).toBe('wait=20')
  })

  it('waits no longer than allowed', async () => {
    const { id } = await newSession()
    let answered = false
    const waiting = send('POST', `/v1/sessions/${id}/turns`, TEXT, { Prefer: 'wait=600' }).finally(() => {
      answered = true
    })
    await open.clock.untilSleeping()
    await open.clock.advance(50_000)
    expect(answered).toBe(false)
    for (let n = 0; !answered && n < 100; n++) await open.clock.advance(100)
    expect((await waiting).status).toBe(202)
    expect((await waiting).headers.get('Preference-Applied')).toBe('wait=55')
  })

  it('attaches to the same turn by Idempotency-Key, and tells other content apart', async () => {
    const { id } = await newSession()
    const key = { 'Idempotency-Key': 'edit-1' }
    const first = await send('POST', `/v1/sessions/${id}/turns`, TEXT, key)
    expect(first.headers.get('Idempotent-Replayed')).toBeNull()
    const second = await send('POST', `/v1/sessions/${id}/turns`, TEXT, key)
    expect([second.status, second.headers.get('Idempotent-Replayed'), second.body.id]).toEqual([202, 'true', first.body.id])
    const other = await send('POST', `/v1/sessions/${id}/turns`, { parts: [{ type: 'text', text: 'green' }] }, key)
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  })

  it('is refused while another is active, naming it', async () => {
    const { id } = await newSession()
    const { id: turnId } = await newTurn(id)
    expect(await send('POST', `/v1/sessions/${id}/turns`, TEXT)).toMatchObject({ status: 409, body: { code: 'session_busy', turnId } })
  })

  it.each([
    ['If-Match', TEXT, { 'If-Match': `"trn_${ABSENT}"` }],
    ['expectedHeadTurnId', { ...TEXT, expectedHeadTurnId: `trn_${ABSENT}` }, {}],
  ])('is refused when the head is not what %s expects', async (_what, body, headers) => {
    const { id } = await newSession()
    expect(await send('POST', `/v1/sessions/${id}/turns`, body, headers)).toMatchObject({ status: 412, body: { code: 'stale_parent' } })
    expect((await send('POST', `/v1/sessions/${id}/turns`, TEXT, { 'If-Match': '"root"' })).status).toBe(202)
  })

  it.each([
    ['Prefer', { Prefer: 'wait=soon' }, TEXT],
    ['Idempotency-Key', { 'Idempotency-Key': 'x'.repeat(256) }, TEXT],
    ['If-Match', { 'If-Match': 'trn_1' }, TEXT],
    ['expectedHeadTurnId', { 'If-Match': '"root"' }, { ...TEXT, expectedHeadTurnId: `trn_${ABSENT}` }],
    ['parts.0.mediaId', {}, { parts: [{ type: 'image', mediaId: `med_${ABSENT}` }] }],
    ['parts.1.data', {}, { parts: [TEXT.parts[0], { type: 'image', mimeType: 'image/png', data: 'not base64!!' }] }],
    ['parts.0.data', {}, { parts: [{ type: 'image', mimeType: 'image/png', data: 'QUJDRA==' }] }],
  ])('is refused by name for a bad %s, and leaves the session free', async (path, headers, body) => {
    const { id } = await newSession()
    const refused = await send('POST', `/v1/sessions/${id}/turns`, body, headers)
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toEqual([path])
    expect((await send('POST', `/v1/sessions/${id}/turns`, TEXT)).status).toBe(202)
  })

  it('does not mistake a dry run for the real thing', async () => {
    const { id } = await newSession()
    const refused = await send('POST', `/v1/sessions/${id}/turns?dryRun=perhaps`, TEXT)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'dryRun' }] } })
  })

  it('is refused before an upload to nowhere is read', async () => {
    let read = 0
    const body = new ReadableStream({
      pull: (controller) => {
        read++
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    const request = new Request(`http://localhost/v1/sessions/ses_${ABSENT}/turns`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
      duplex: 'half',
    } as RequestInit)
    expect((await open.app.request(request)).status).toBe(404)
    expect(read).toBeLessThanOrEqual(1)
  })
})

describe('a turn with images', () => {
  it('takes them in a form and in base64, and shows neither’s bytes', async () => {
    const png = new Uint8Array(await encode('png', 16, 16))
    const { id } = await newSession({ onConflict: 'enqueue' })
    const form = new FormData()
    form.append('image', new Blob([png], { type: 'image/png' }), 'photo.png')
    form.append('prompt', 'make it blue')
    form.append('options', JSON.stringify({ image: { size: '2K' }, metadata: { from: 'form' } }))
    const answer = await open.app.request(`/v1/sessions/${id}/turns`, { method: 'POST', body: form })
    expect(answer.status).toBe(202)
    const byForm = TurnResource.parse(await answer.json())
    expect(byForm).toMatchObject({ image: { size: '2K' }, metadata: { from: 'form' } })
    expect(byForm.input.parts).toMatchObject([
      { type: 'image', mimeType: 'image/png' },
      { type: 'text', text: 'make it blue' },
    ])

    const inline = { type: 'image', mimeType: 'image/png', data: Buffer.from(png).toString('base64') }
    const byJson = await newTurn(id, { parts: [inline] })
    expect(byJson.input.parts[0].mediaId).toBe(byForm.input.parts.flatMap((part) => (part.type === 'image' ? [part.mediaId] : []))[0])
    expect(JSON.stringify(byJson)).not.toContain(inline.data)
  })

  it.each([
    ['image', (form: FormData) => form.append('image', new Blob(['no picture']), 'a.png')],
    ['options.image.size', (form: FormData) => form.append('options', '{"image":{"size":"9K"}}')],
    ['options', (form: FormData) => form.append('options', '{')],
    ['prompt', (form: FormData) => form.append('prompt', 'twice')],
    ['colour', (form: FormData) => form.append('colour', 'red')],
  ])('names the form field %s when it is at fault', async (path, spoil) => {
    const { id } = await newSession()
    const form = new FormData()
    form.append('prompt', 'make it blue')
    spoil(form)
    const answer = await open.app.request(`/v1/sessions/${id}/turns`, { method: 'POST', body: form })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await answer.json()).errors.map((error: { path: string }) => error.path)).toEqual([path])
  })
})

describe('the turns of a session', () => {
  it('are found, listed, canceled once and for all, and made again', async () => {
    const { id } = await newSession()
    const turn = await newTurn(id)
    expect((await send('POST', `/v1/turns/${turn.id}/cancel`)).body).toMatchObject({ status: 'canceled', billed: 'no' })
    expect((await send('POST', `/v1/turns/${turn.id}/cancel`)).body).toMatchObject({ status: 'canceled' })
    expect((await send('GET', `/v1/turns/${turn.id}`)).body).toMatchObject({ status: 'canceled', error: { code: 'canceled' } })
    const again = await send('POST', `/v1/turns/${turn.id}/regenerate`)
    expect(again).toMatchObject({ status: 202, body: { siblingIds: [turn.id], input: TEXT } })
    expect((await send('GET', `/v1/sessions/${id}/turns?all=true&order=desc`)).body.data.map((one: { id: string }) => one.id)).toEqual([
      again.body.id,
      turn.id,
    ])
    expect((await send('POST', `/v1/turns/${turn.id}/adopt`, { attempt: 1 })).body).toMatchObject({ errors: [{ path: 'attempt' }] })
  })

  it('are not made again otherwise than they were, nor canceled by a request that says more', async () => {
    const { id } = await newSession()
    const turn = await newTurn(id)
    const refused = { status: 400, body: { code: 'invalid_request', errors: [{ path: 'parts' }] } }
    expect(await send('POST', `/v1/turns/${turn.id}/cancel`, TEXT)).toMatchObject(refused)
    expect((await send('GET', `/v1/turns/${turn.id}`)).body).toMatchObject({ status: 'queued' })
    expect(await send('POST', `/v1/turns/${turn.id}/cancel`, {})).toMatchObject({ status: 200, body: { status: 'canceled' } })
    expect(await send('POST', `/v1/turns/${turn.id}/regenerate`, TEXT)).toMatchObject(refused)
    expect((await send('GET', `/v1/sessions/${id}`)).body).toMatchObject({ turnCount: 1 })
  })

  it('are not listed two ways at once', async () => {
    const { id } = await newSession()
    expect((await send('GET', `/v1/sessions/${id}/turns?all=true&leaf=trn_${ABSENT}`)).body).toMatchObject({ errors: [{ path: 'leaf' }] })
  })

  it('are not looked for by what is no id: PostgreSQL cannot even be asked about NUL', async () => {
    const { id } = await newSession()
    expect((await send('GET', `/v1/sessions/${id}/turns?leaf=trn_%00`)).body).toMatchObject({ status: 400, errors: [{ path: 'leaf' }] })
  })
})

describe('the models', () => {
  it('are listed with what they can do and how they fare', async () => {
    const { status, body } = await send('GET', '/v1/models')
    expect(status).toBe(200)
    expect(body.data[0]).toMatchObject({ id: expect.any(String), sizes: expect.any(Array), health: { state: 'closed', successRate: null } })
  })
})
