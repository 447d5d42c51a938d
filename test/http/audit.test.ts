import { beforeAll, expect, it } from 'vitest'
import { AUDIT_LIFE_MS } from '../../src/domain/audit.ts'
import { AuditResource } from '../../src/http/contract/audit.ts'
import { SCHEDULES } from '../../src/services/schedules.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const ADMIN = { Authorization: 'Bearer k-admin' }

let open: OpenApp

beforeAll(async () => {
  open = await openApp({ adminKey: 'k-admin' })
})

async function send(method: string, path: string, body?: unknown) {
  await open.clock.advance(1)
  return call(open.app, method, path, body, ADMIN)
}

const log = async (query = '') => (await send('GET', `/v1/audit${query}`)).body as { data: Record<string, unknown>[]; nextCursor: string }

it('the log tells who did what to which key, and when, and no secret', async () => {
  const made = await send('POST', '/v1/keys', { tenant: 'keys', name: 'the shop', scopes: ['read'] })
  const { id, key } = made.body
  const rotated = await send('POST', `/v1/keys/${id}/rotate`, { graceMs: 1_000 })
  const revoked = await send('DELETE', `/v1/keys/${id}`)
  const { data } = await log('?tenant=keys')
  const whose = { actor: 'admin', tenant: 'keys', keyId: id }
  expect(data.map((entry) => AuditResource.parse(entry))).toMatchObject([
    { ...whose, action: 'key.revoked', changes: { name: 'the shop' }, requestId: revoked.headers.get('X-Request-Id') },
    { ...whose, action: 'key.rotated', changes: { graceMs: 1_000 }, requestId: rotated.headers.get('X-Request-Id') },
    { ...whose, action: 'key.created', changes: { name: 'the shop', scopes: ['read'], expiresAtMs: null }, at: made.body.createdAt },
  ])
  for (const secret of [key, rotated.body.key]) expect(JSON.stringify(data)).not.toContain(secret.slice('pen_'.length))
})

it('of a tenant it tells what each setting was and became, and nothing where nothing changed', async () => {
  await send('PATCH', '/v1/tenants/rooms', { budgetUsd: 5, limits: { turnsInFlight: 4 } })
  await send('PATCH', '/v1/tenants/rooms', { budgetUsd: 5, limits: { turnsInFlight: 4 } })
  await send('PATCH', '/v1/tenants/rooms', {})
  await send('PATCH', '/v1/tenants/rooms', { budgetUsd: 5, limits: { turnsInFlight: null }, retention: { sessionTtlMs: 60_000 } })
  const { data } = await log('?tenant=rooms')
  expect(data.map(({ action, keyId, changes }) => ({ action, keyId, changes }))).toEqual([
    {
      ...{ action: 'tenant.changed', keyId: null },
      changes: { sessionTtlMs: { from: null, to: 60_000 }, turnsInFlight: { from: 4, to: null } },
    },
    { action: 'tenant.changed', keyId: null, changes: { budgetUsd: { from: null, to: 5 }, turnsInFlight: { from: null, to: 4 } } },
  ])
})

it('changes that race each tell the truth: what one found is what another left', async () => {
  const values = [1, 2, 3, 4, 5, 6]
  await Promise.all(values.map((turnsInFlight) => call(open.app, 'PATCH', '/v1/tenants/race', { limits: { turnsInFlight } }, ADMIN)))
  const { data } = await log('?tenant=race')
  const steps = data.map(({ changes }) => (changes as { turnsInFlight: { from: number | null; to: number } }).turnsInFlight)
  expect(new Set(steps.map(({ from }) => from)).size).toBe(values.length)
  const last = (await send('GET', '/v1/tenants/race')).body.limits.turnsInFlight
  expect(new Set([...steps.map(({ from }) => from), last])).toEqual(new Set([null, ...values]))
})

it('a change that was refused is not in it', async () => {
  const before = (await log()).data.length
  await send('PATCH', '/v1/tenants/rooms', { budgetUsd: -1 })
  await send('POST', '/v1/keys', { tenant: 'rooms', name: '' })
  await send('DELETE', '/v1/keys/key_01kas3nn1gf8st3gq9z4k7m2xw')
  expect((await log()).data).toHaveLength(before)
})

it('comes in pages', async () => {
  const all = (await log('?limit=100')).data.map(({ id }) => id)
  const seen: unknown[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await log(`?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
    seen.push(...page.data.map(({ id }) => id))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(all)
  expect(all.length).toBeGreaterThan(6)
})

it('names who acted where no key is asked for', async () => {
  const bare = await openApp()
  await call(bare.app, 'PATCH', '/v1/tenants/rooms', { budgetUsd: 5 })
  expect((await call(bare.app, 'GET', '/v1/audit')).body.data).toMatchObject([{ actor: 'local', action: 'tenant.changed' }])
})

it('forgets what is older than thirteen months, and nothing younger', async () => {
  const schedule = SCHEDULES.find(({ name }) => name === 'forget-audit-entries')
  const { data } = await log('?limit=1')
  const sweep = (ms: number) => schedule?.run({ ...open.installation, clock: { ...open.clock, nowMs: () => open.clock.nowMs() + ms } })
  await sweep(AUDIT_LIFE_MS - 60_000)
  expect((await log('?limit=1')).data).toEqual(data)
  await sweep(AUDIT_LIFE_MS + 60_000)
  expect((await log()).data).toEqual([])
})
