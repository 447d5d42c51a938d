import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { StatsResource } from '../../src/http/contract/stats.ts'
import { TenantResource } from '../../src/http/contract/tenant.ts'
import { UsageReport } from '../../src/http/contract/usage.ts'
import { rollUp } from '../../src/monitoring/roll-up.ts'
import { aLedger, countBy, countedFigures, emptyLedger, LEDGER_NOW_MS, type TurnRow, writeTurn } from '../monitoring/a-ledger.ts'
import { call, type OpenApp, openApp, openClosedApp } from './open-app.ts'

const KEYS = {
  apiKeys: [
    { tenantId: 'acme', key: 'k-acme' },
    { tenantId: 'globex', key: 'k-globex' },
  ],
  adminKey: 'k-admin',
}
const SINCE_24H_MS = Math.floor((LEDGER_NOW_MS - 86_400_000) / 60_000) * 60_000

let open: OpenApp
let turns: TurnRow[]

beforeAll(async () => {
  open = await openApp(KEYS)
  await open.clock.advance(LEDGER_NOW_MS - open.clock.nowMs())
  await emptyLedger(open.db)
  const ledgers = fc.sample(aLedger, { numRuns: 12, seed: 42 })
  turns = ledgers.flatMap((ledger, n) => ledger.map((turn) => ({ ...turn, id: `${turn.id}_${n}` })))
  for (const turn of turns.slice(0, 20)) await writeTurn(open.db, turn)
  await rollUp(open.db, LEDGER_NOW_MS)
  for (const turn of turns.slice(20)) await writeTurn(open.db, turn)
})

const as = (key: string) => ({ Authorization: `Bearer ${key}` })
const get = (path: string, key: string) => call(open.app, 'GET', path, undefined, as(key))
const of = (tenantId: string | null) => turns.filter((turn) => tenantId === null || turn.tenantId === tenantId)
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

describe('stats', () => {
  it.each([
    ['k-acme', 'acme'],
    ['k-globex', 'globex'],
    ['k-admin', null],
  ])('for %s are of the key’s tenant, of all for the admin', async (key, tenantId) => {
    const { status, body } = await get('/v1/stats?window=24h', key)
    expect(status).toBe(200)
    const { latencyMs: _, ...counted } = countedFigures(of(tenantId), SINCE_24H_MS)
    expect(StatsResource.parse(body)).toMatchObject(counted)
    const models = body.models as { model: string; endpoint: string; attempts: number; requests: number }[]
    expect(sum(models.map(({ attempts }) => attempts))).toBe(counted.attempts)
  })

  it('name each model at each endpoint once', async () => {
    const { body } = await get('/v1/stats?window=24h', 'k-admin')
    const recent = of(null).flatMap(({ attempts }) => attempts.filter(({ endedAtMs }) => endedAtMs >= SINCE_24H_MS))
    const expected = countBy(recent, ({ endpointId, model }) => `${endpointId} ${model}`)
    const seen = body.models.filter(({ attempts }: { attempts: number }) => attempts > 0)
    expect(
      Object.fromEntries(
        seen.map((one: { endpoint: string; model: string; attempts: number }) => [`${one.endpoint} ${one.model}`, one.attempts]),
      ),
    ).toEqual(expected)
  })

  it('have the windows 5m, 1h and 24h, and no others', async () => {
    for (const window of ['5m', '1h', '24h']) expect((await get(`/v1/stats?window=${window}`, 'k-acme')).status).toBe(200)
    expect((await get('/v1/stats', 'k-acme')).body.window).toBe('5m')
    expect((await get('/v1/stats?window=7d', 'k-acme')).status).toBe(400)
  })
})

describe('usage', () => {
  const FROM = '2026-11-18T00:00:00Z'
  const total = (tenantId: string | null) => countedFigures(of(tenantId), Date.parse(FROM))

  it.each(['day', 'model', 'session'])('by %s adds up to the same total, which is that of a recount', async (groupBy) => {
    for (const [key, tenantId] of [
      ['k-acme', 'acme'],
      ['k-admin', null],
    ] as const) {
      const { status, body } = await get(`/v1/usage?from=${FROM}&groupBy=${groupBy}`, key)
      expect(status).toBe(200)
      const { data, total: whole } = UsageReport.parse(body)
      const { requests, attempts, succeeded, costUsd } = total(tenantId)
      expect(whole).toMatchObject({ requests, attempts, succeeded, costUsd })
      expect(sum(data.map((row) => row.attempts))).toBe(attempts)
      expect(sum(data.map((row) => row.requests))).toBe(requests)
      expect(sum(data.map((row) => row.costUsd))).toBeCloseTo(costUsd, 9)
      expect(whole.tokens.output).toBe(
        sum(of(tenantId).flatMap((turn) => turn.attempts.map((row) => (row.promptTokens === null ? 0 : 1_216)))),
      )
    }
  })

  it('counts what may have been billed apart', async () => {
    const { body } = await get(`/v1/usage?from=${FROM}`, 'k-admin')
    const maybe = of(null).flatMap(({ attempts }) => attempts.filter(({ billed }) => billed === 'maybe'))
    expect(body.total.billed.maybe).toBe(maybe.length)
    expect(body.total.maybeCostUsd).toBeCloseTo(sum(maybe.map(({ estimatedMicros }) => estimatedMicros)) / 1e6, 9)
  })

  it('of a time is widened to full hours, and holds what ended in them', async () => {
    const { body } = await get('/v1/usage?from=2026-11-20T11:20:00Z&to=2026-11-20T11:40:00Z', 'k-admin')
    expect(body).toMatchObject({ from: '2026-11-20T11:00:00.000Z', to: '2026-11-20T12:00:00.000Z' })
    const [fromMs, toMs] = [Date.parse(body.from), Date.parse(body.to)]
    const rows = of(null).flatMap(({ attempts }) => attempts.filter(({ endedAtMs }) => endedAtMs >= fromMs && endedAtMs < toMs))
    expect(body.total.attempts).toBe(rows.length)
    expect((await get('/v1/usage?from=2026-11-20T11:20:00Z&to=2026-11-19T00:00:00Z', 'k-admin')).status).toBe(400)
  })

  it('by tenant shows each to the admin, and a tenant itself', async () => {
    const tenants = async (key: string) =>
      (await get(`/v1/usage?from=${FROM}&groupBy=tenant`, key)).body.data.map(({ tenant }: { tenant: string }) => tenant)
    expect(await tenants('k-admin')).toEqual(['acme', 'globex'])
    expect(await tenants('k-acme')).toEqual(['acme'])
  })
})

describe('metrics', () => {
  it('count attempts by model and outcome since the beginning, in the text format', async () => {
    const { status, headers, body } = await get('/metrics', 'k-admin')
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    const all = of(null).flatMap(({ attempts }) => attempts)
    for (const [name, n] of Object.entries(countBy(all, ({ model, outcome }) => `model="${model}",outcome="${outcome}"`))) {
      expect(body).toContain(`\nupstream_attempts_total{${name}} ${n}\n`)
    }
    expect(body).toMatch(/^# TYPE http_request_duration_seconds histogram$/m)
    expect(body).toMatch(/^http_request_duration_seconds_count\{method="GET",route="\/v1\/stats",status="200"\} \d+$/m)
    expect(body).toMatch(/^turns_in_flight\{status="running"\} 0$/m)
    const succeeded = all.filter(({ outcome, model }) => outcome === 'succeeded' && model === 'gemini-3-pro-image').length
    expect(body).toContain(`upstream_attempt_duration_seconds_count{model="gemini-3-pro-image"} ${succeeded}\n`)
  })

  it('are parsed line by line, each series once', async () => {
    const { body } = await get('/metrics', 'k-admin')
    const samples = (body as string).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    for (const line of samples) expect(line).toMatch(/^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[\d.e+-]+$/)
    const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')))
    expect(new Set(series).size).toBe(series.length)
  })

  it('want the admin key, or no keys at all', async () => {
    expect((await get('/metrics', 'k-acme')).status).toBe(404)
    expect((await call(open.app, 'GET', '/metrics')).status).toBe(401)
    // The services of this application cannot be reached: it let the caller through.
    const { status } = await call(openClosedApp(), 'GET', '/metrics')
    expect(status).toBe(500)
  })
})

describe('a tenant', () => {
  it('is limited by the admin alone, and told what is left', async () => {
    const set = await call(
      open.app,
      'PATCH',
      '/v1/tenants/acme',
      { budgetUsd: 12.5, retention: { sessionTtlMs: 3_600_000 } },
      as('k-admin'),
    )
    expect(set.status).toBe(200)
    expect(TenantResource.parse(set.body)).toMatchObject({
      id: 'acme',
      budgetUsd: 12.5,
      retention: { sessionTtlMs: 3_600_000 },
      heldUsd: 0,
    })
    const sinceMs = Date.parse('2026-11-01T00:00:00Z')
    const maybe = of('acme')
      .flatMap(({ attempts }) => attempts)
      .filter(({ billed, endedAtMs }) => billed === 'maybe' && endedAtMs >= sinceMs)
    const maybeUsd = sum(maybe.map(({ estimatedMicros }) => estimatedMicros)) / 1e6
    expect(maybeUsd).toBeGreaterThan(0)
    expect(set.body.spentUsd).toBeCloseTo(countedFigures(of('acme'), sinceMs).costUsd + maybeUsd, 9)
    const unchanged = await call(open.app, 'PATCH', '/v1/tenants/acme', {}, as('k-admin'))
    expect(unchanged.body).toEqual(set.body)
    expect((await get('/v1/tenants/acme', 'k-acme')).status).toBe(404)
    expect((await call(open.app, 'PATCH', '/v1/tenants/acme', { budgetUsd: 1 }, as('k-acme'))).status).toBe(404)
    expect((await get('/v1/tenants/nobody', 'k-admin')).status).toBe(404)
    expect((await call(open.app, 'PATCH', '/v1/tenants/acme', { budgetUsd: -1 }, as('k-admin'))).status).toBe(400)
  })

  it('that exceeds its budget is answered 402', async () => {
    await call(open.app, 'PATCH', '/v1/tenants/globex', { budgetUsd: 0.0001 }, as('k-admin'))
    const { body: session } = await call(open.app, 'POST', '/v1/sessions', {}, as('k-globex'))
    const refused = await call(
      open.app,
      'POST',
      `/v1/sessions/${session.id}/turns`,
      { parts: [{ type: 'text', text: 'a house' }] },
      as('k-globex'),
    )
    expect(refused).toMatchObject({ status: 402, body: { code: 'budget_exhausted', retryable: false } })
    expect((await get(`/v1/sessions/${session.id}`, 'k-globex')).body.turnCount).toBe(0)
  })
})
