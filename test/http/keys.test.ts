import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { SCOPES } from '../../src/domain/key.ts'
import { KeyResource, KeyWithSecret } from '../../src/http/contract/key.ts'
import { ROUTES } from '../../src/http/create-app.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const CONFIG = { apiKeys: [{ tenantId: 'atelier', key: 'k-static' }], adminKey: 'k-admin' }
const ADMIN = as('k-admin')
const WEEK_MS = 7 * 24 * 3_600_000
const UNKNOWN_KEY = 'key_01kas3nn1gf8st3gq9z4k7m2xw'

let open: OpenApp

beforeAll(async () => {
  open = await openApp(CONFIG)
})

function as(key: string) {
  return { Authorization: `Bearer ${key}` }
}

interface MadeKey {
  id: string
  key: string
}

async function makeKey(body: Record<string, unknown> = {}): Promise<MadeKey> {
  const { status, body: made } = await call(open.app, 'POST', '/v1/keys', { tenant: 'atelier', name: 'a test', ...body }, ADMIN)
  expect(status).toBe(201)
  return made
}

const statusOf = async (key: string, app = open.app) => (await call(app, 'GET', '/v1/sessions', undefined, as(key))).status
const asAdmin = (method: string, path: string, body?: unknown) => call(open.app, method, path, body, ADMIN)

/** Looks until it is so: what is told by a bell arrives by itself. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate)
}

describe('a key', () => {
  it('is shown once, opens its tenant, and nothing kept anywhere would open it again', async () => {
    const { status, headers, body } = await asAdmin('POST', '/v1/keys', { tenant: 'atelier', name: 'the shop' })
    expect([status, headers.get('Cache-Control')]).toEqual([201, 'no-store'])
    const made = KeyWithSecret.parse(body)
    expect(made).toMatchObject({ tenant: 'atelier', name: 'the shop', scopes: SCOPES, lastUsedAt: null, expiresAt: null })
    expect(made.key).toMatch(/^pen_[\w-]{43}$/)

    const { body: session } = await call(open.app, 'POST', '/v1/sessions', {}, as(made.key))
    expect((await call(open.app, 'GET', `/v1/sessions/${session.id}`, undefined, as('k-static'))).status).toBe(200)

    const shown = [await asAdmin('GET', '/v1/keys'), await asAdmin('GET', '/v1/audit'), open.logged, await everythingStored()]
    expect(JSON.stringify(shown)).not.toContain(made.key)
    expect(JSON.stringify(shown)).toContain(made.id)
  })

  it('is another one each time', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => makeKey()))
    expect(new Set(made.map(({ key }) => key)).size).toBe(5)
  })

  it('is good for its tenant alone', async () => {
    const { key } = await makeKey({ tenant: 'globex' })
    const { body: session } = await call(open.app, 'POST', '/v1/sessions', {}, as('k-static'))
    expect((await call(open.app, 'GET', `/v1/sessions/${session.id}`, undefined, as(key))).status).toBe(404)
  })

  it.each([
    ['cut short', (key: string) => key.slice(0, -1)],
    ['made longer', (key: string) => `${key}A`],
    ['in other letters', (key: string) => key.toUpperCase()],
    ['with its last letter changed', (key: string) => `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
  ])('opens nothing when it is %s', async (_what, change) => {
    const { key } = await makeKey()
    expect(await statusOf(key)).toBe(200)
    expect(await statusOf(change(key))).toBe(401)
  })

  it('ends when it says it does, though it was good a moment ago', async () => {
    const expiresAt = new Date(open.clock.nowMs() + 10_000).toISOString()
    const { key } = await makeKey({ expiresAt })
    await open.clock.advance(9_999)
    expect(await statusOf(key)).toBe(200)
    await open.clock.advance(1)
    expect(await statusOf(key)).toBe(401)
  })

  it('says when it was last used, to the minute', async () => {
    const { id, key } = await makeKey({ tenant: 'used' })
    const lastUsedAt = async () => (await asAdmin('GET', '/v1/keys?tenant=used')).body.data[0].lastUsedAt
    expect(await lastUsedAt()).toBeNull()
    const first = new Date(open.clock.nowMs()).toISOString()
    await statusOf(key)
    await until(async () => (await lastUsedAt()) === first)
    await open.clock.advance(59_000)
    await statusOf(key)
    await open.clock.advance(1_000)
    const second = new Date(open.clock.nowMs()).toISOString()
    await statusOf(key)
    await until(async () => (await lastUsedAt()) === second)
    expect(id).toMatch(/^key_/)
  })
})

/** Every row of every table, as text. */
async function everythingStored(): Promise<string[]> {
  const tables = await open.db.execute<{ name: string }>(sql`select tablename as name from pg_tables where schemaname = 'public'`)
  const rows = await Promise.all(tables.map(({ name }) => open.db.execute(sql`select t::text as row from ${sql.identifier(name)} t`)))
  return rows.flat().map(({ row }) => String(row))
}

describe('keys are managed', () => {
  it('by the admin alone', async () => {
    const { id, key } = await makeKey()
    for (const [method, path, body] of [
      ['POST', '/v1/keys', { tenant: 'atelier', name: 'mine' }],
      ['GET', '/v1/keys'],
      ['DELETE', `/v1/keys/${id}`],
      ['POST', `/v1/keys/${id}/rotate`],
      ['GET', '/v1/audit'],
    ] as const) {
      expect((await call(open.app, method, path, body, as(key))).status, `${method} ${path}`).toBe(404)
      expect((await call(open.app, method, path, body)).status, `${method} ${path}`).toBe(401)
    }
    expect(await statusOf(key)).toBe(200)
  })

  it('in pages, the newest first, of all tenants or of one', async () => {
    const ids = []
    for (let n = 0; n < 5; n++) {
      await open.clock.advance(1)
      ids.unshift((await makeKey({ tenant: 'many', name: `number ${n}` })).id)
    }
    const first = (await asAdmin('GET', '/v1/keys?tenant=many&limit=3')).body
    const second = (await asAdmin('GET', `/v1/keys?tenant=many&limit=3&cursor=${first.nextCursor}`)).body
    expect([...first.data, ...second.data].map((key) => KeyResource.parse(key).id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()
    expect((await asAdmin('GET', '/v1/keys?limit=1')).body.data[0].id).toBe(ids[0])
  })
})

describe('scopes', () => {
  const used = ROUTES.filter(({ access }) => access !== 'open' && access !== 'admin')

  it.each([
    ['read', (method: string) => method === 'get'],
    ['edit', (method: string) => method !== 'get'],
  ] as const)('%s: every route lets in whom it says, and no other', async (scope, letsIn) => {
    const { key } = await makeKey({ scopes: [scope] })
    for (const { method, path } of used) {
      const { status, body } = await open.app.request(path.replace('{id}', 'none'), { method: method.toUpperCase(), headers: as(key) })
      await body?.cancel()
      expect(status === 403, `${method} ${path} answered ${status}`).toBe(!letsIn(method))
    }
    expect(used.length).toBeGreaterThan(20)
  })

  it('are no way around: a key that may only look makes no token that may edit', async () => {
    const { key } = await makeKey({ scopes: ['read'] })
    const { body: session } = await call(open.app, 'POST', '/v1/sessions', {}, as('k-static'))
    expect((await call(open.app, 'POST', `/v1/sessions/${session.id}/tokens`, {}, as(key))).status).toBe(403)
    expect((await call(open.app, 'POST', `/v1/sessions/${session.id}/tokens`, {}, as('k-static'))).status).toBe(201)
  })
})

describe('revoked', () => {
  it('a key opens nothing any more, on the node that revoked it and on every other', async () => {
    const other = await openApp(CONFIG, open.database)
    const { id, key } = await makeKey()
    expect([await statusOf(key), await statusOf(key, other.app)]).toEqual([200, 200])
    expect((await asAdmin('DELETE', `/v1/keys/${id}`)).status).toBe(204)
    // Their clocks stand still: nothing but the bell tells them, and nothing is remembered too long.
    await until(async () => (await statusOf(key)) === 401 && (await statusOf(key, other.app)) === 401)
    expect((await asAdmin('GET', '/v1/keys')).body.data.map((one: MadeKey) => one.id)).not.toContain(id)
  })

  it('it cannot be revoked or rotated again', async () => {
    const { id } = await makeKey()
    await asAdmin('DELETE', `/v1/keys/${id}`)
    for (const [method, path] of [
      ['DELETE', `/v1/keys/${id}`],
      ['POST', `/v1/keys/${id}/rotate`],
      ['DELETE', `/v1/keys/${UNKNOWN_KEY}`],
      ['POST', `/v1/keys/${UNKNOWN_KEY}/rotate`],
      ['DELETE', '/v1/keys/none'],
    ] as const) {
      expect((await asAdmin(method, path)).status, `${method} ${path}`).toBe(404)
    }
  })

  it('it hears nothing more of what it was listening to', async () => {
    const { id, key } = await makeKey()
    const answer = await open.app.request('/v1/events', { headers: as(key) })
    const reader = answer.body?.getReader()
    const waiting = reader?.read()
    await open.clock.untilSleeping()
    await asAdmin('DELETE', `/v1/keys/${id}`)
    await until(async () => (await statusOf(key)) === 401)
    await open.clock.advance(15_000)
    expect(await waiting).toMatchObject({ done: true })
  })
})

describe('rotated', () => {
  it('a key has another secret, and the old one ends at once', async () => {
    const { id, key } = await makeKey({ name: 'the same' })
    const { status, body } = await asAdmin('POST', `/v1/keys/${id}/rotate`)
    expect(status).toBe(200)
    expect(KeyWithSecret.parse(body)).toMatchObject({ id, name: 'the same' })
    await until(async () => (await statusOf(key)) === 401)
    expect(await statusOf(body.key)).toBe(200)
  })

  it('with a grace, the old secret goes on for so long, whatever is rotated meanwhile', async () => {
    const { id, key } = await makeKey()
    const second = (await asAdmin('POST', `/v1/keys/${id}/rotate`, { graceMs: 60_000 })).body.key
    const third = (await asAdmin('POST', `/v1/keys/${id}/rotate`, { graceMs: WEEK_MS })).body.key
    expect([await statusOf(key), await statusOf(second), await statusOf(third)]).toEqual([200, 200, 200])
    await open.clock.advance(60_000)
    expect([await statusOf(key), await statusOf(second), await statusOf(third)]).toEqual([401, 200, 200])
    await open.clock.advance(WEEK_MS)
    expect([await statusOf(second), await statusOf(third)]).toEqual([401, 200])
  })

  it('by several at once, it has one secret', async () => {
    const { id } = await makeKey()
    const answers = await Promise.all(Array.from({ length: 5 }, () => asAdmin('POST', `/v1/keys/${id}/rotate`)))
    const secrets = answers.map(({ body }) => body.key as string)
    await until(async () => (await Promise.all(secrets.map((secret) => statusOf(secret)))).filter((status) => status === 200).length === 1)
  })
})

describe('nonsense is refused, field by field', () => {
  const good = { tenant: 'atelier', name: 'x' }
  it.each([
    ['an empty body', {}, ['tenant', 'name']],
    ['a name of nothing', { ...good, name: '' }, ['name']],
    ['a huge name', { ...good, name: 'n'.repeat(200_000) }, ['name']],
    ['a NUL in the name', { ...good, name: 'a\u0000b' }, ['name']],
    ['half a surrogate pair in the name', { ...good, name: 'a\ud800' }, ['name']],
    ['a name that is no text', { ...good, name: { $gt: '' } }, ['name']],
    ['a tenant with blanks', { ...good, tenant: 'a b' }, ['tenant']],
    ['a tenant with a NUL', { ...good, tenant: 'a\u0000' }, ['tenant']],
    ['a huge tenant', { ...good, tenant: 't'.repeat(65) }, ['tenant']],
    ['no scopes', { ...good, scopes: [] }, ['scopes']],
    ['a scope there is not', { ...good, scopes: ['admin'] }, ['scopes.0']],
    ['a scope twice', { ...good, scopes: ['read', 'read'] }, ['scopes']],
    ['a time that has passed', { ...good, expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
    ['a time that is none', { ...good, expiresAt: 'tomorrow' }, ['expiresAt']],
    ['a key of its own', { ...good, key: 'pen_mine' }, ['key']],
  ])('%s', async (_what, body, paths) => {
    const { status, body: problem } = await asAdmin('POST', '/v1/keys', body)
    expect([status, problem.code]).toEqual([400, 'invalid_request'])
    expect(problem.errors.map((error: { path: string }) => error.path)).toEqual(paths)
  })

  it.each([{ graceMs: -1 }, { graceMs: WEEK_MS + 1 }, { graceMs: 0.5 }, { graceMs: '1' }, { grace: 1 }])('a grace of %j', async (body) => {
    const { id } = await makeKey()
    expect((await asAdmin('POST', `/v1/keys/${id}/rotate`, body)).status).toBe(400)
  })

  it.each(['tenant=a%20b', 'tenant=%00', 'limit=0', 'limit=101', 'cursor=key_1', 'cursor=%00', 'all=true', 'tenant=a&tenant=b'])(
    'a list of %s',
    async (query) => {
      for (const path of ['/v1/keys', '/v1/audit']) expect((await asAdmin('GET', `${path}?${query}`)).status).toBe(400)
    },
  )
})

describe('an installation without any key', () => {
  it('lets nobody make the first one without the admin key: who would let them in afterwards?', async () => {
    const bare = await openApp()
    expect(await call(bare.app, 'POST', '/v1/keys', { tenant: 'local', name: 'x' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect((await call(bare.app, 'GET', '/v1/sessions')).status).toBe(200)
  })

  it('is open no longer once there is a key, on nodes that were told of no admin key either, and stays so', async () => {
    const bare = await openApp()
    const managed = await openApp(CONFIG, bare.database)
    expect((await call(bare.app, 'GET', '/v1/sessions')).status).toBe(200)
    const { body } = await call(managed.app, 'POST', '/v1/keys', { tenant: 'atelier', name: 'x' }, ADMIN)
    await until(async () => (await call(bare.app, 'GET', '/v1/sessions')).status === 401)
    expect((await call(bare.app, 'GET', '/v1/tenants/atelier')).status).toBe(401)
    expect((await call(bare.app, 'GET', '/v1/tenants/atelier', undefined, as(body.key))).status).toBe(404)
    expect(await statusOf(body.key, bare.app)).toBe(200)
    await call(managed.app, 'DELETE', `/v1/keys/${body.id}`, undefined, ADMIN)
    await until(async () => (await statusOf(body.key, bare.app)) === 401)
    expect((await call(bare.app, 'GET', '/v1/sessions')).status).toBe(401)
  })
})
