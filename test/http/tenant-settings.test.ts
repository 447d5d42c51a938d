import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { lockTenant } from '../../src/db/tenant-queries.ts'
import { WEBHOOK_SECRET } from '../../src/domain/webhook-secret.ts'
import { TenantResource } from '../../src/http/contract/tenant.ts'
import { SCHEDULES } from '../../src/services/schedules.ts'
import { SECRET_GRACE_MS, signingSecrets } from '../../src/services/webhook-secrets.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const ADMIN = { Authorization: 'Bearer k-admin' }
const CONFIG = { adminKey: 'k-admin', apiKeys: [{ tenantId: 'shop', key: 'k-shop' }] }
const OWN = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
const SECOND = `whsec_${Buffer.alloc(64, 2).toString('base64')}`

let open: OpenApp
let other: OpenApp

beforeAll(async () => {
  open = await openApp(CONFIG)
  other = await openApp(CONFIG, open.database)
})

const get = (tenant: string, { app } = open) => call(app, 'GET', `/v1/tenants/${tenant}`, undefined, ADMIN)
const patch = (tenant: string, changes: object) => call(open.app, 'PATCH', `/v1/tenants/${tenant}`, changes, ADMIN)
const give = (tenant: string, secret: string | null) => patch(tenant, { webhook: { secret } })
const secretOf = async (tenant: string): Promise<string> => (await get(tenant)).body.webhook.secret
const signing = (tenant: string) => signingSecrets(open.installation, tenant)

async function audited(tenant: string): Promise<unknown[]> {
  const { data } = (await call(open.app, 'GET', `/v1/audit?tenant=${tenant}`, undefined, ADMIN)).body
  return data.map(({ changes }: { changes: unknown }) => changes).reverse()
}

describe('the secret of webhooks', () => {
  it('is made when it is first looked at, and is the same for all who look at once, on any node', async () => {
    await open.database.sql`insert into tenants (id, created_at_ms) values ('crowd', 0)`
    // Held until both nodes have found that there is none, and are about to store theirs.
    const { looking } = await open.db.transaction(async (tx) => {
      await lockTenant(tx, 'crowd')
      const looking = Promise.all([get('crowd'), get('crowd', other)])
      const waiting = async () => (await tx.execute(sql`select from pg_locks where not granted`)).length
      await expect.poll(waiting).toBeGreaterThanOrEqual(2)
      return { looking }
    })
    const looks = await looking
    const secrets = new Set(looks.map(({ body }) => TenantResource.parse(body).webhook.secret))
    expect([...secrets]).toEqual([await secretOf('crowd')])
    expect([...secrets][0]).toMatch(WEBHOOK_SECRET)
    expect(await signing('crowd')).toEqual([...secrets])
    expect(looks[0]?.headers.get('Cache-Control')).toBe('no-store')
  })

  it('of one tenant is not that of another, and no tenant’s own key shows it', async () => {
    await patch('one', {})
    await patch('shop', {})
    expect(await secretOf('one')).not.toBe(await secretOf('shop'))
    expect((await call(open.app, 'GET', '/v1/tenants/shop', undefined, { Authorization: 'Bearer k-shop' })).status).toBe(404)
  })

  it('can be the caller’s own, and is then the only one where nobody has seen another', async () => {
    const { status, body, headers } = await give('own', OWN)
    expect([status, body.webhook.secret, headers.get('Cache-Control')]).toEqual([200, OWN, 'no-store'])
    expect(await signing('own')).toEqual([OWN])
  })

  it('that was replaced signs along for a day and no longer, however often it is replaced meanwhile', async () => {
    const first = await secretOf('own')
    await open.clock.advance(1_000)
    await give('own', SECOND)
    await open.clock.advance(1_000)
    const made = (await give('own', null)).body.webhook.secret
    expect(made).toMatch(WEBHOOK_SECRET)
    expect(await signing('own')).toEqual([made, SECOND, first])
    await open.clock.advance(SECRET_GRACE_MS - 1_001)
    expect(await signing('own')).toEqual([made, SECOND, first])
    await open.clock.advance(1)
    expect(await signing('own')).toEqual([made, SECOND])
    await open.clock.advance(1_000)
    expect(await signing('own')).toEqual([made])
  })

  it('that comes back is no longer one of the replaced, and given again changes nothing', async () => {
    await give('back', OWN)
    await give('back', SECOND)
    await give('back', OWN)
    await give('back', OWN)
    expect(await signing('back')).toEqual([OWN, SECOND])
    expect(await audited('back')).toHaveLength(3)
  })

  it('stands in neither the audit log nor the log, which tell that it was replaced', async () => {
    await give('quiet', OWN)
    await open.clock.advance(1)
    await patch('quiet', { webhook: { secret: null }, budgetUsd: 5 })
    const made = await secretOf('quiet')
    expect(await audited('quiet')).toEqual([{ webhookSecret: 'given' }, { webhookSecret: 'made', budgetUsd: { from: null, to: 5 } }])
    const told = JSON.stringify([await audited('quiet'), open.logged])
    expect(told).toContain('/v1/tenants/{id}')
    for (const secret of [OWN, made]) expect(told).not.toContain(secret.slice('whsec_'.length))
  })

  it.each([
    [{}, 'webhook.secret'],
    [null, 'webhook'],
    [{ secret: 'rotate' }, 'webhook.secret'],
    [{ secret: '' }, 'webhook.secret'],
    [{ secret: `whsec_${Buffer.alloc(23).toString('base64')}` }, 'webhook.secret'],
    [{ secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, 'webhook.secret'],
    [{ secret: OWN, url: 'https://receiver.example' }, 'webhook.url'],
  ])('is refused as %j, without being repeated', async (webhook, path) => {
    const before = await secretOf('own')
    const { status, body } = await patch('own', { webhook })
    expect([status, body.errors?.[0].path]).toEqual([400, path])
    expect(JSON.stringify(body)).not.toMatch(/whsec_\w/)
    expect(await secretOf('own')).toBe(before)
  })

  it('is forgotten once its grace is over', async () => {
    const rows = () => open.database.sql`select from retired_webhook_secrets`
    await give('own', null)
    expect((await rows()).length).toBeGreaterThan(0)
    await open.clock.advance(SECRET_GRACE_MS + 1)
    await SCHEDULES.find(({ name }) => name === 'forget-webhook-secrets')?.run(open.installation)
    expect(await rows()).toHaveLength(0)
  })

  it('is there to be read before anything else, where nobody needs a key', async () => {
    const bare = await openApp()
    const { status, body } = await call(bare.app, 'GET', '/v1/tenants/local')
    expect([status, TenantResource.parse(body).webhook.secret]).toEqual([200, body.webhook.secret])
    expect((await call(bare.app, 'GET', '/v1/tenants/nobody')).status).toBe(404)
  })
})

describe('the policy for metadata of images', () => {
  it('is to strip it, until the admin says otherwise, which is audited', async () => {
    expect((await patch('camera', {})).body.imageMetadata).toBe('strip')
    expect((await patch('camera', { imageMetadata: 'keep' })).body.imageMetadata).toBe('keep')
    expect((await get('camera')).body.imageMetadata).toBe('keep')
    expect(await audited('camera')).toEqual([{ imageMetadata: { from: 'strip', to: 'keep' } }])
  })

  it.each([['none'], [null], [true]])('is not %j', async (imageMetadata) => {
    const { status, body } = await patch('camera', { imageMetadata })
    expect([status, body.errors[0].path]).toEqual([400, 'imageMetadata'])
  })
})
