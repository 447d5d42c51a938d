import { describe, expect, it } from 'vitest'
import { recordingLogger } from '../support/recording-logger.ts'
import { call, openClosedApp } from './open-app.ts'

const KEYS = { apiKeys: [{ tenantId: 'atelier', key: 'k1' }], adminKey: 'root' }
const SESSION = 'ses_01kas3nn1gf8st3gq9z4k7m2xw'

describe('every answer', () => {
  it('carries a request id: the caller’s, when it is a sane one', async () => {
    const app = openClosedApp()
    expect((await call(app, 'GET', '/healthz', undefined, { 'X-Request-Id': 'mine-1' })).headers.get('X-Request-Id')).toBe('mine-1')
    const made = (await call(app, 'GET', '/nowhere', undefined, { 'X-Request-Id': 'a b' })).headers.get('X-Request-Id')
    expect(made).toMatch(/^req_[0-9a-z]{26}$/)
  })

  it('may not be sniffed for another type', async () => {
    expect((await call(openClosedApp(), 'GET', '/healthz')).headers.get('X-Content-Type-Options')).toBe('nosniff')
  })
})

describe('a request nobody can serve', () => {
  it('is a problem that says so: unknown path', async () => {
    const { status, headers, body } = await call(openClosedApp(), 'GET', '/v2/sessions')
    expect(status).toBe(404)
    expect(headers.get('Content-Type')).toBe('application/problem+json')
    expect(body).toMatchObject({ code: 'not_found', status: 404, requestId: headers.get('X-Request-Id') })
  })

  it('is told which methods the path takes', async () => {
    const { status, headers, body } = await call(openClosedApp(KEYS), 'PUT', `/v1/sessions/${SESSION}`)
    expect(status).toBe(405)
    expect(headers.get('Allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH'])
    expect(body).toMatchObject({ code: 'method_not_allowed', status: 405 })
  })
})

describe('a fault of ours', () => {
  it('shows no inner message, and is logged once, without what may quote the request', async () => {
    const logger = recordingLogger()
    const leaky = () => Promise.reject(Object.assign(new Error('insert failed: params: my secret prompt'), { code: '23505' }))
    const app = openClosedApp({}, { logger, servicesFor: leaky })
    const { status, body } = await call(app, 'GET', '/v1/models')
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'internal', retryable: true })
    const errors = logger.events.filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(1)
    expect(errors[0]?.fields).toMatchObject({
      error: 'Error 23505',
      requestId: body.requestId,
      stack: expect.stringContaining('app.test.ts'),
    })
    expect(JSON.stringify([body, logger.events])).not.toContain('secret prompt')
  })
})

describe('the log', () => {
  it('has one line per request, by pattern, so that no token of an address gets in', async () => {
    const logger = recordingLogger()
    const app = openClosedApp(KEYS, { logger })
    await call(app, 'GET', `/v1/sessions/${SESSION}/events?token=pst_secret`)
    expect(logger.events).toHaveLength(1)
    const { event, fields } = logger.events[0] ?? {}
    expect({ event, ...fields }).toMatchObject({ event: 'request', method: 'GET', route: '/v1/sessions/{id}/events', status: 401 })
    expect(JSON.stringify(logger.events)).not.toContain('secret')
  })

  it('counts the bytes that went out', async () => {
    const logger = recordingLogger()
    const { body } = await call(openClosedApp({}, { logger }), 'GET', '/healthz')
    expect(logger.events[0]?.fields).toMatchObject({ bytes: JSON.stringify(body).length, status: 200 })
  })
})

describe('keys', () => {
  it.each([
    ['none', undefined],
    ['a wrong one', 'Bearer k2'],
    ['one that only begins right', 'Bearer k'],
    ['another scheme', 'Basic k1'],
    ['nothing after Bearer', 'Bearer'],
  ])('are wanted where some are configured: %s is 401', async (_what, authorization) => {
    const { status, headers, body } = await call(
      openClosedApp(KEYS),
      'GET',
      '/v1/sessions',
      undefined,
      authorization === undefined ? {} : { Authorization: authorization },
    )
    expect([status, headers.get('WWW-Authenticate'), body.code]).toEqual([401, 'Bearer', 'unauthorized'])
  })

  it.each([
    ['k1', { tenantId: 'atelier', kind: 'tenant', sessionId: null }],
    ['root', { tenantId: 'admin', kind: 'admin', sessionId: null }],
  ])('say who calls: %s', async (key, principal) => {
    const asked: unknown[] = []
    const app = openClosedApp(KEYS, {
      servicesFor: (_request, who) => {
        asked.push(who)
        return Promise.reject(new Error('enough'))
      },
    })
    await call(app, 'GET', '/v1/models', undefined, { Authorization: `Bearer ${key}` })
    expect(asked).toEqual([principal])
  })

  it('are not wanted by the probes and the document', async () => {
    const app = openClosedApp(KEYS)
    for (const path of ['/healthz', '/readyz', '/openapi.json']) expect((await call(app, 'GET', path)).status).toBe(200)
  })

  it('are not taken from the address: logs and histories keep those', async () => {
    expect((await call(openClosedApp(KEYS), 'GET', '/v1/models?token=k1')).status).toBe(401)
  })
})

describe('a draining node', () => {
  const app = openClosedApp({ draining: () => true })

  it('refuses new work and says when to come back', async () => {
    const { status, headers, body } = await call(app, 'POST', '/v1/sessions', {})
    expect([status, body.code, headers.get('Retry-After')]).toEqual([503, 'unavailable', '2'])
  })

  it('is alive and not ready', async () => {
    expect((await call(app, 'GET', '/healthz')).status).toBe(200)
    expect(await call(app, 'GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false } })
  })
})

describe('other origins', () => {
  const preflight = {
    Origin: 'https://shop.example',
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'idempotency-key',
  }

  it('are let in when they are listed, without a key on the preflight', async () => {
    const app = openClosedApp({ ...KEYS, corsOrigins: ['https://shop.example'] })
    const { status, headers } = await call(app, 'OPTIONS', '/v1/sessions', undefined, preflight)
    expect(status).toBe(204)
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://shop.example')
    expect(headers.get('Access-Control-Allow-Headers')).toContain('idempotency-key')
    const refused = await call(app, 'GET', '/v1/sessions', undefined, { Origin: 'https://shop.example' })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id')
  })

  it('are not let in otherwise', async () => {
    const listed = openClosedApp({ corsOrigins: ['https://other.example'] })
    for (const app of [listed, openClosedApp()]) {
      expect((await call(app, 'OPTIONS', '/v1/sessions', undefined, preflight)).headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })
})
