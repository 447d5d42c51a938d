import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import type { Alert } from '../../src/domain/alert.ts'
import { deliverAlert } from '../../src/node/webhooks/deliver-alert.ts'
import { createWebhookSender } from '../../src/node/webhooks/post-webhook.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { listAlerts } from '../../src/services/list-alerts.ts'
import { watchAlerts } from '../../src/services/watch-alerts.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { type House, openHouse } from './installation.ts'

const MINUTE_MS = 60_000

/** Nodes of one installation whose clock is moved by hand, and what they told the operator. */
function nodesOf(house: House) {
  const clock = createManualClock(systemClock.nowMs())
  const inst = { ...house.installation, clock }
  const told: string[] = []
  const outlet = {
    enqueue: async (_tx: unknown, alerts: readonly Alert[]) => void told.push(...alerts.map(({ rule, state }) => `${rule} ${state}`)),
  }
  return {
    told,
    clock,
    /** Three of them judge at the same moment. */
    watch: async () => void (await Promise.all([1, 2, 3].map(() => watchAlerts(inst, outlet)))),
    list: async (principal: Partial<House['ctx']['principal']> = {}) =>
      listAlerts({ ctx: { ...house.ctx, clock, principal: { ...house.ctx.principal, ...principal } }, input: {} }),
  }
}

test('an alert fires once and is resolved once, however many nodes watch how often', async () => {
  const house = await openHouse()
  await house.startNode()
  house.simulator.setFaults([{ fault: { kind: 'error', error: 'key_leaked' } }])
  const { id } = await house.session()
  expect(await house.ended((await house.submit(id, 'a house')).id)).toMatchObject({
    status: 'failed',
    error: { code: 'upstream_rejected' },
  })

  const { watch, told, clock, list } = nodesOf(house)
  for (let n = 0; n < 3; n++) await watch()
  expect(told).toEqual(['key_rejected firing'])
  expect(await list()).toMatchObject([
    { rule: 'key_rejected', severity: 'error', state: 'firing', subject: 'gemini', value: 1, threshold: 0 },
  ])
  await clock.advance(7 * MINUTE_MS)
  for (let n = 0; n < 3; n++) await watch()
  expect(told).toEqual(['key_rejected firing', 'key_rejected resolved'])
  expect(await list()).toMatchObject([{ rule: 'key_rejected', state: 'resolved' }])
  const logged = house.logged.filter(({ event }) => event.startsWith('alert.'))
  expect(logged.map(({ level, event }) => `${level} ${event}`)).toEqual(['error alert.firing', 'info alert.resolved'])
  await clock.advance(25 * 60 * MINUTE_MS)
  expect(await list()).toEqual([])
})

test('a breaker is told of when it has been open for a quarter of an hour, and not before', async () => {
  const house = await openHouse()
  const { watch, told, clock } = nodesOf(house)
  const open = (untilMs: number) =>
    house.installation.models.change('project/gemini-3-pro-image', (state) => ({
      state: { ...state, breaker: { ...state.breaker, openUntilMs: untilMs } },
      told: undefined,
    }))
  await open(clock.nowMs() + 3_600_000)
  await watch()
  await clock.advance(14 * MINUTE_MS)
  await watch()
  expect(told).toEqual([])
  await clock.advance(MINUTE_MS)
  await watch()
  expect(told).toEqual(['breaker_open firing'])
  await house.installation.models.change('project/gemini-3-pro-image', (state) => ({
    state: { ...state, breaker: { ...state.breaker, openUntilMs: null } },
    told: undefined,
  }))
  await watch()
  expect(told).toEqual(['breaker_open firing', 'breaker_open resolved'])
  await open(clock.nowMs() + 3_600_000)
  await watch()
  expect(told).toHaveLength(2)
})

test('a tenant sees its own alerts and the installation’s; the admin sees all', async () => {
  const house = await openHouse()
  await house.startNode()
  house.simulator.setFaults([{ fault: { kind: 'error', error: 'key_leaked' } }])
  const { id } = await house.session()
  for (let n = 0; n < 5; n++) await house.ended((await house.submit(id, 'a house')).id)
  const { watch, list } = nodesOf(house)
  await watch()
  const rules = async (principal: Parameters<typeof list>[0]) => (await list(principal)).map(({ rule }) => rule).sort()
  expect(await rules({})).toEqual(['key_rejected', 'success_rate_low'])
  expect(await rules({ tenantId: 'another' })).toEqual(['key_rejected'])
  expect(await rules({ tenantId: 'admin', kind: 'admin' })).toEqual(['key_rejected', 'success_rate_low'])
})

test('the alert webhook is sent signed and with an id that stays the same, and again when it was not taken', async () => {
  const seen: { id: unknown; signature: unknown; body: unknown }[] = []
  const answers = [500, 204]
  const server = createServer(async (request, response) => {
    seen.push({
      id: request.headers['webhook-id'],
      signature: request.headers['webhook-signature'],
      body: JSON.parse(await text(request)),
    })
    response.writeHead(answers.shift() ?? 204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sender = createWebhookSender({ clock: systemClock, allowPrivate: true })
  onTestFinished(async () => {
    await sender.close()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const webhook = { url: `http://127.0.0.1:${port}/`, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }
  const alert: Alert = {
    ...{ rule: 'breaker_open', severity: 'warning', state: 'firing', tenantId: null, subject: 'gemini/gemini-3-pro-image' },
    ...{ sinceMs: Date.UTC(2026, 10, 20, 12), resolvedAtMs: null, value: 1, threshold: 0 },
  }
  await expect(deliverAlert({ clock: systemClock }, webhook, sender, alert)).rejects.toThrow('500')
  await deliverAlert({ clock: systemClock }, webhook, sender, alert)
  expect(seen).toHaveLength(2)
  expect(seen[0]?.id).toBe(seen[1]?.id)
  expect(seen[1]).toMatchObject({
    signature: expect.stringMatching(/^v1,/),
    body: {
      type: 'alert.firing',
      timestamp: '2026-11-20T12:00:00.000Z',
      data: { rule: 'breaker_open', subject: 'gemini/gemini-3-pro-image' },
    },
  })
})
