import { sql } from 'drizzle-orm'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { TenantResource } from '../../src/http/contract/tenant.ts'
import { encode } from '../media/picture-files.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const TENANTS = ['calm', 'busy', 'crowd', 'shared', 'turns', 'repeat', 'small', 'rush', 'full', 'mover', 'shown']
const CONFIG = { apiKeys: TENANTS.map((tenantId) => ({ tenantId, key: `k-${tenantId}` })), adminKey: 'k-admin' }
const ADMIN = { Authorization: 'Bearer k-admin' }
const TEXT = { parts: [{ type: 'text', text: 'make it blue' }] }

let open: OpenApp
let other: OpenApp

beforeAll(async () => {
  open = await openApp(CONFIG)
  other = await openApp(CONFIG, open.database)
})

afterEach(() => {
  vi.useRealTimers()
})

type Limits = Partial<Record<'requestsPerMinute' | 'turnsInFlight' | 'storageBytes', number | null>>

const as = (tenant: string) => ({ Authorization: `Bearer k-${tenant}` })
const send = (tenant: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(open.app, method, path, body, { ...as(tenant), ...headers })
const list = (tenant: string, { app } = open) => call(app, 'GET', '/v1/models', undefined, as(tenant))

/** Sets them, and waits until both nodes have heard. */
async function limit(tenant: string, limits: Limits) {
  const { status, body } = await call(open.app, 'PATCH', `/v1/tenants/${tenant}`, { limits }, ADMIN)
  expect(status).toBe(200)
  await settled()
  return body
}

/** Changes are told on PostgreSQL's bell, which each node hears in order: once they hear this, they have heard all before it. */
async function settled(): Promise<void> {
  const heard = [open, other].map(({ bell }) => new Promise<void>((resolve) => bell.onAccessChange(resolve)))
  await open.db.execute(sql`select pg_notify('pentimento_access', '')`)
  await Promise.all(heard)
}

async function rows(table: 'turns' | 'media' | 'sessions', tenant: string): Promise<number> {
  const [row] = await open.db.execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)} where tenant_id = ${tenant}`,
  )
  return row?.n ?? -1
}

describe('requests a minute', () => {
  it('are counted down in every answer, and refused beyond the limit with when to come back', async () => {
    await limit('busy', { requestsPerMinute: 3 })
    const answers = []
    for (let n = 0; n < 4; n++) answers.push(await list('busy'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers.map(({ headers }) => headers.get('RateLimit-Policy'))).toEqual(Array(4).fill('"requests";q=3;w=60'))
    expect(answers.map(({ headers }) => headers.get('RateLimit')?.split(';t=')[0])).toEqual(
      [2, 1, 0, 0].map((left) => `"requests";r=${left}`),
    )
    const { headers, body } = answers[3] ?? (await list('busy'))
    expect(body).toMatchObject({ code: 'too_many_requests', retryable: true, limit: { name: 'requestsPerMinute', max: 3, remaining: 0 } })
    const retryAfterS = Number(headers.get('Retry-After'))
    expect(retryAfterS).toBeGreaterThan(55)
    expect(retryAfterS).toBeLessThanOrEqual(60)
    expect(headers.get('RateLimit')).toBe(`"requests";r=0;t=${retryAfterS}`)
  })

  it('are said in answers of every kind: refusals, bodies that are passed on, streams', async () => {
    await limit('shown', { requestsPerMinute: 100 })
    for (const [path, status] of [
      ['/v1/sessions/none', 404],
      ['/v1/sessions?limit=0', 400],
      ['/v1/events', 200],
    ] as const) {
      const answer = await open.app.request(path, { headers: as('shown') })
      await answer.body?.cancel()
      expect([answer.status, answer.headers.get('RateLimit-Policy')], path).toEqual([status, '"requests";q=100;w=60'])
    }
  })

  it('begin anew when the minute is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await limit('calm', { requestsPerMinute: 1 })
    expect([(await list('calm')).status, (await list('calm')).status]).toEqual([200, 429])
    vi.advanceTimersByTime(59_000)
    expect((await list('calm')).status).toBe(429)
    vi.advanceTimersByTime(1_001)
    expect((await list('calm')).status).toBe(200)
  })

  it('are the same for all nodes, and exact when many come at once', async () => {
    await limit('shared', { requestsPerMinute: 7 })
    const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => list('shared', n % 2 === 0 ? open : other)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(17)
  })

  it('count neither other tenants, nor the admin, nor signed addresses', async () => {
    const { id, thumbnailUrl } = await upload('crowd', 16)
    await limit('crowd', { requestsPerMinute: 1 })
    expect([(await list('crowd')).status, (await list('crowd')).status]).toEqual([200, 429])
    expect((await send('crowd', 'GET', `/v1/media/${id}`)).status).toBe(429)
    expect((await open.app.request(thumbnailUrl)).status).toBe(200)
    expect((await list('turns')).status).toBe(200)
    expect((await call(open.app, 'GET', '/v1/models', undefined, ADMIN)).status).toBe(200)
    expect((await list('turns')).headers.get('RateLimit')).toBeNull()
  })

  it('are heard of at once when the admin allows more, or any number', async () => {
    await limit('crowd', { requestsPerMinute: 50 })
    expect((await list('crowd', other)).headers.get('RateLimit')).toMatch(/^"requests";r=4\d;/)
    await limit('crowd', { requestsPerMinute: null })
    expect((await list('crowd', other)).headers.get('RateLimit')).toBeNull()
  })
})

describe('turns in flight', () => {
  const session = async (tenant: string) => (await send(tenant, 'POST', '/v1/sessions', { onConflict: 'enqueue' })).body.id as string

  it('are as many as the limit and no more, however many are submitted at once; the others store nothing', async () => {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => session('turns')))
    await limit('turns', { turnsInFlight: 3 })
    const answers = await Promise.all(sessions.map((id) => send('turns', 'POST', `/v1/sessions/${id}/turns`, TEXT)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3)
    const [refused] = answers.filter(({ status }) => status === 429)
    expect(refused?.body).toMatchObject({
      code: 'too_many_requests',
      retryable: true,
      limit: { name: 'turnsInFlight', max: 3, remaining: 0 },
    })
    expect(refused?.headers.get('Retry-After')).toBe('5')
    expect(refused?.headers.get('RateLimit-Policy')).toBe('"turns";q=3;qu="concurrent-requests"')
    expect(refused?.headers.get('RateLimit')).toBe('"turns";r=0;t=5')
    expect(await rows('turns', 'turns')).toBe(3)
    const [first] = answers.filter(({ status }) => status === 202)
    await send('turns', 'POST', `/v1/turns/${first?.body.id}/cancel`)
    expect((await send('turns', 'POST', `/v1/sessions/${sessions[0]}/turns`, TEXT)).status).toBe(202)
    expect((await send('turns', 'POST', `/v1/turns/${first?.body.id}/regenerate`)).status).toBe(429)
  })

  it('are not counted again for a repeat under the same Idempotency-Key', async () => {
    const id = await session('repeat')
    await limit('repeat', { turnsInFlight: 1 })
    const once = () => send('repeat', 'POST', `/v1/sessions/${id}/turns`, TEXT, { 'Idempotency-Key': 'one' })
    const first = await once()
    const again = await once()
    expect([first.status, again.status, again.headers.get('Idempotent-Replayed')]).toEqual([202, 202, 'true'])
    expect(again.body.id).toBe(first.body.id)
    expect((await send('repeat', 'POST', `/v1/sessions/${id}/turns`, TEXT)).status).toBe(429)
  })

  it('leave room for the turn that takes another one’s place', async () => {
    await limit('repeat', { turnsInFlight: null })
    const { id } = (await send('repeat', 'POST', '/v1/sessions', { onConflict: 'replace' })).body
    await send('repeat', 'POST', `/v1/sessions/${id}/turns`, TEXT)
    await limit('repeat', { turnsInFlight: 2 })
    expect((await send('repeat', 'POST', `/v1/sessions/${id}/turns`, TEXT)).status).toBe(202)
  })
})

interface Uploaded {
  status: number
  id: string
  thumbnailUrl: string
  code?: string
  limit?: unknown
  bytes: number
}

/** A square picture, each size another one. */
async function upload(tenant: string, sizePx: number): Promise<Uploaded> {
  const body = new Uint8Array(await encode('png', sizePx, sizePx))
  const answer = await open.app.request('/v1/media', { method: 'POST', body, headers: { 'Content-Type': 'image/png', ...as(tenant) } })
  return { ...(await answer.json()), status: answer.status }
}

describe('storage', () => {
  it('takes what fits and refuses what does not, which is then nowhere; the same again takes no more', async () => {
    const first = await upload('small', 16)
    await limit('small', { storageBytes: first.bytes + 1 })
    const before = await open.blobs()
    const refused = await upload('small', 17)
    expect(refused).toMatchObject({ status: 413, code: 'payload_too_large', limit: { name: 'storageBytes', remaining: 1 } })
    expect(await open.blobs()).toEqual(before)
    expect(await rows('media', 'small')).toBe(1)
    expect(await upload('small', 16)).toMatchObject({ status: 200, id: first.id })
  })

  it('of several uploads at once takes those that fit', async () => {
    const { bytes } = await upload('rush', 16)
    await limit('rush', { storageBytes: bytes * 4 })
    const answers = await Promise.all([18, 19, 20, 21, 22, 23, 24].map((size) => upload('rush', size)))
    const taken = answers.filter(({ status }) => status === 201)
    expect(taken.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 413)).toHaveLength(answers.length - taken.length)
    const { storedBytes } = (await call(open.app, 'GET', '/v1/tenants/rush', undefined, ADMIN)).body
    expect(storedBytes).toBeLessThanOrEqual(bytes * 4)
    expect(storedBytes).toBe(taken.reduce((sum, one) => sum + one.bytes, bytes))
  })

  it('that is full takes no turns either, since what they make has to be kept', async () => {
    const { id } = (await send('full', 'POST', '/v1/sessions', {})).body
    const { bytes } = await upload('full', 16)
    await limit('full', { storageBytes: bytes })
    const refused = await send('full', 'POST', `/v1/sessions/${id}/turns`, TEXT)
    expect(refused).toMatchObject({ status: 413, body: { code: 'payload_too_large', retryable: false } })
    expect([refused.headers.get('RateLimit'), refused.headers.get('Retry-After')]).toEqual(['"storage";r=0', null])
    expect(await rows('turns', 'full')).toBe(0)
    await limit('full', { storageBytes: bytes + 1 })
    expect((await send('full', 'POST', `/v1/sessions/${id}/turns`, TEXT)).status).toBe(202)
  })

  it('bounds imports', async () => {
    const { id } = (await send('full', 'POST', '/v1/sessions', {})).body
    const picture = await upload('full', 16)
    await limit('full', { storageBytes: null })
    await send('full', 'POST', `/v1/sessions/${id}/turns`, { parts: [{ type: 'image', mediaId: picture.id }] })
    const made = (await call(open.app, 'GET', `/v1/sessions/${id}/turns?all=true`, undefined, as('full'))).body.data[0].id
    await send('full', 'POST', `/v1/turns/${made}/cancel`)
    const bundle = (await send('full', 'GET', `/v1/sessions/${id}/export?format=json&media=inline`)).body
    await limit('mover', { storageBytes: picture.bytes - 1 })
    expect(await send('mover', 'POST', '/v1/sessions/import', bundle)).toMatchObject({
      status: 413,
      body: { limit: { name: 'storageBytes' } },
    })
    expect([await rows('sessions', 'mover'), await rows('media', 'mover')]).toEqual([0, 0])
    await limit('mover', { storageBytes: picture.bytes })
    expect((await send('mover', 'POST', '/v1/sessions/import', bundle)).status).toBe(201)
  })
})

describe('limits', () => {
  it('change one by one, and are shown with what is used of them', async () => {
    await limit('shown', { turnsInFlight: 4, storageBytes: 1_000_000 })
    const body = TenantResource.parse(await limit('shown', { storageBytes: null }))
    expect(body).toMatchObject({
      limits: { requestsPerMinute: 100, turnsInFlight: 4, storageBytes: null },
      ...{ openTurns: 0, storedBytes: 0 },
    })
    const { id } = (await send('shown', 'POST', '/v1/sessions', {})).body
    await send('shown', 'POST', `/v1/sessions/${id}/turns`, TEXT)
    const { bytes } = await upload('shown', 16)
    expect((await call(open.app, 'GET', '/v1/tenants/shown', undefined, ADMIN)).body).toMatchObject({ openTurns: 1, storedBytes: bytes })
  })

  it.each([
    [{ limits: null }, 'limits'],
    [{ limits: [] }, 'limits'],
    [{ limits: { requestsPerMinute: 0 } }, 'limits.requestsPerMinute'],
    [{ limits: { requestsPerMinute: '5' } }, 'limits.requestsPerMinute'],
    [{ limits: { requestsPerMinute: 1e9 } }, 'limits.requestsPerMinute'],
    [{ limits: { turnsInFlight: -1 } }, 'limits.turnsInFlight'],
    [{ limits: { turnsInFlight: 1.5 } }, 'limits.turnsInFlight'],
    [{ limits: { storageBytes: 1e16 } }, 'limits.storageBytes'],
    [{ limits: { requests: 5 } }, 'limits.requests'],
  ])('are refused when they are %j', async (body, path) => {
    const { status, body: problem } = await call(open.app, 'PATCH', '/v1/tenants/shown', body, ADMIN)
    expect([status, problem.errors?.[0].path]).toEqual([400, path])
  })
})
