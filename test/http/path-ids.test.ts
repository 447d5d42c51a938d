import { beforeAll, expect, it } from 'vitest'
import { call, type OpenApp, openApp } from './open-app.ts'

const ADMIN = { Authorization: 'Bearer k-admin' }
const TENANT = { Authorization: 'Bearer k-acme' }

let open: OpenApp
beforeAll(async () => {
  open = await openApp({ apiKeys: [{ tenantId: 'acme', key: 'k-acme' }], adminKey: 'k-admin' })
})

it.each([
  ['/v1/sessions/garbage', 'session', 'ses'],
  ['/v1/sessions/ses_01KAS3NN1GF8ST3GQ9Z4K7M2XW', 'session', 'ses'],
  ['/v1/sessions/trn_01kas3nn1gf8st3gq9z4k7m2xw/turns', 'session', 'ses'],
  ['/v1/turns/ses_01kas3nn1gf8st3gq9z4k7m2xw', 'turn', 'trn'],
  ['/v1/turns/1/events', 'turn', 'trn'],
  ['/v1/media/photo.png', 'image', 'med'],
  ['/v1/media/photo.png/content', 'image', 'med'],
])('%s is told that this is no id of a %s, and what one looks like', async (path, named, prefix) => {
  const { status, body } = await call(open.app, 'GET', path, undefined, TENANT)
  expect([status, body.code]).toEqual([404, 'not_found'])
  expect(body.detail).toMatch(new RegExp(`^This cannot be the id of any ${named}: one looks like ${prefix}_[0-9a-z]{26}\\.$`))
})

it('a tenant whose name cannot be one is told what names are like', async () => {
  const { status, body } = await call(open.app, 'GET', '/v1/tenants/a%20b', undefined, ADMIN)
  expect([status, body.detail]).toEqual([
    404,
    'This cannot be the id of any tenant: it must be 1 to 64 letters, digits, dots, hyphens and underscores.',
  ])
})

it('an id that could be one is only said to name nothing', async () => {
  const { status, body } = await call(open.app, 'GET', '/v1/sessions/ses_01kas3nn1gf8st3gq9z4k7m2xw', undefined, TENANT)
  expect([status, body.detail]).toEqual([404, 'There is no session ses_01kas3nn1gf8st3gq9z4k7m2xw.'])
})
