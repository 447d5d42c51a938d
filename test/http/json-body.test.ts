import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { NewSession } from '../../src/http/contract/session.ts'
import { NewTurn } from '../../src/http/contract/turn.ts'
import type { HttpEnv } from '../../src/http/env.ts'
import { toProblem } from '../../src/http/error-response.ts'
import { checkJsonShape } from '../../src/http/parse/json-shape.ts'
import { readJson } from '../../src/http/parse/read-json.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { createManualClock } from '../support/manual-clock.ts'

/** All of the services that reading a body asks for. */
const services: Partial<ServiceContext> = { clock: createManualClock() }
const app = new Hono<HttpEnv>()
app.use((c, next) => {
  c.set('services', services as ServiceContext)
  return next()
})
app.onError((error, c) => c.json(toProblem(error), 400))
app.post('/session', async (c) => c.json(await readJson(c, NewSession, 100_000)))
app.post('/turn', async (c) => c.json(await readJson(c, NewTurn, 300_000)))

async function send(path: string, body: BodyInit | null, headers: Record<string, string> = { 'Content-Type': 'application/json' }) {
  const answer = await app.request(path, { method: 'POST', body, headers })
  return { ok: answer.ok, body: await answer.json() }
}

/** The paths of the fields a body was refused for. */
async function refusedFields(path: string, body: unknown): Promise<string[]> {
  const answer = await send(path, JSON.stringify(body))
  expect(answer.body.code).toBe('invalid_request')
  return answer.body.errors.map((error: { path: string }) => error.path)
}

describe('a JSON body', () => {
  it('names every wrong field at once, unknown ones too', async () => {
    const wrong = { title: 1, colour: 'red', image: { size: '9K', dpi: 300 }, metadata: { a: 1 }, budgetUsd: -1, expiresAt: 'tomorrow' }
    const fields = ['title', 'metadata.a', 'image.size', 'image.dpi', 'budgetUsd', 'expiresAt', 'colour']
    expect((await refusedFields('/session', wrong)).sort()).toEqual(fields.sort())
  })

  it('keeps what is right as it was given, and adds nothing that was not named', async () => {
    const given = { title: 'Grandmother', metadata: { album: 'ä' }, budgetUsd: 2.5, expiresAt: '2027-01-01T00:00:00+01:00' }
    expect((await send('/session', JSON.stringify(given))).body).toEqual({
      title: 'Grandmother',
      metadata: { album: 'ä' },
      budgetUsd: 2.5,
      expiresAtMs: Date.UTC(2026, 11, 31, 23),
    })
  })

  it('may be absent where nothing is required', async () => {
    expect(await send('/session', null, {})).toEqual({ ok: true, body: {} })
    // As curl sends it with `-d ''`.
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' }
    expect(await send('/session', '', headers)).toEqual({ ok: true, body: {} })
  })

  it('says where its syntax breaks, and does not quote it', async () => {
    const { body } = await send('/session', '{\n  "title": "secret" "x"\n}')
    expect(body.errors).toEqual([{ path: '', message: 'malformed JSON at line 2, column 21' }])
    expect(JSON.stringify(body)).not.toContain('secret')
  })

  it.each([
    ['text', 'text/plain', 'unsupported_media_type'],
    ['{}', undefined, 'unsupported_media_type'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'application/json', 'invalid_request'],
    ['"just text"', 'application/json', 'invalid_request'],
    ['[]', 'application/json', 'invalid_request'],
  ])('of %j as %j is refused with %j', async (text, type, code) => {
    const body = typeof text === 'string' ? new TextEncoder().encode(text) : text
    expect((await send('/session', body, type === undefined ? {} : { 'Content-Type': type })).body.code).toBe(code)
  })

  it('is cut off at its limit, whatever Content-Length says', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10_000).fill(0x20)) })
    const request = new Request('http://localhost/session', {
      method: 'POST',
      body: endless,
      headers: { 'Content-Type': 'application/json', 'Content-Length': '2' },
      duplex: 'half',
    } as RequestInit)
    expect(await (await app.request(request)).json()).toMatchObject({ code: 'payload_too_large' })
  })

  it('is refused by Content-Length before it is read', async () => {
    const { body } = await send('/session', '{}', { 'Content-Type': 'application/json', 'Content-Length': '100001' })
    expect(body.code).toBe('payload_too_large')
  })
})

describe('text in a body', () => {
  it.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('with %s is refused by name, since no database could give it back', async (_what, text) => {
    const fields = ['title', 'metadata.k', 'systemInstruction', 'models.0'].sort()
    const body = { title: text, metadata: { k: text }, systemInstruction: text, models: [text] }
    expect((await refusedFields('/session', body)).sort()).toEqual(fields)
    expect(await refusedFields('/turn', { parts: [{ type: 'text', text }] })).toEqual(['parts.0.text'])
  })

  it('is measured in bytes where bytes are limited', async () => {
    expect(await refusedFields('/turn', { parts: [{ type: 'text', text: 'ä'.repeat(50_001) }] })).toEqual(['parts.0.text'])
    expect((await send('/turn', JSON.stringify({ parts: [{ type: 'text', text: 'a'.repeat(90_000) }] }))).ok).toBe(true)
  })
})

describe('the parts of a turn', () => {
  const id = 'med_01kas3nn1gf8st3gq9z4k7m2xw'

  it.each([
    ['no parts', { parts: [] }, 'parts'],
    ['parts missing', {}, 'parts'],
    ['an unknown type', { parts: [{ type: 'video' }] }, 'parts.0.type'],
    ['an image that is nothing', { parts: [{ type: 'image' }] }, 'parts.0'],
    ['an image that is two things', { parts: [{ type: 'image', mediaId: id, mimeType: 'image/png', data: 'QUJD' }] }, 'parts.0'],
    ['a malformed id', { parts: [{ type: 'image', mediaId: 'med_1' }] }, 'parts.0.mediaId'],
    ['a data: URL', { parts: [{ type: 'image', mimeType: 'image/png', data: 'data:image/png;base64,QUJD' }] }, 'parts.0.data'],
    ['an unknown field', { parts: [{ type: 'text', text: 'x', bold: true }] }, 'parts.0.bold'],
    ['33 parts', { parts: Array.from({ length: 33 }, () => ({ type: 'text', text: 'x' })) }, 'parts'],
    ['a parent of another kind', { parts: [{ type: 'text', text: 'x' }], parentId: id }, 'parentId'],
    ['a webhook that is no address', { parts: [{ type: 'text', text: 'x' }], webhookUrl: 'javascript:alert(1)' }, 'webhookUrl'],
  ])('with %s are refused by name', async (_what, body, field) => {
    expect(await refusedFields('/turn', body)).toContain(field)
  })

  it('tell a new root from the head: null is not absent', async () => {
    const parts = [{ type: 'text', text: 'x' }]
    expect((await send('/turn', JSON.stringify({ parts, parentId: null }))).body).toHaveProperty('parentId', null)
    expect((await send('/turn', JSON.stringify({ parts }))).body).not.toHaveProperty('parentId')
  })
})

describe('the shape of JSON', () => {
  it('is looked at before memory is spent on it', () => {
    expect(checkJsonShape('['.repeat(1_000_000))).toMatch(/nested/)
    expect(checkJsonShape(`[${'{},'.repeat(1_000_000)}{}]`)).toMatch(/values/)
  })

  it('does not count what stands inside strings', () => {
    expect(checkJsonShape(JSON.stringify({ a: '[{,'.repeat(100_000), b: '\\"[[["\\', c: '"'.repeat(1000) }))).toBeNull()
  })

  it('leaves unfinished strings to the parser', () => {
    expect(checkJsonShape('{"a": "[[[')).toBeNull()
  })
})
