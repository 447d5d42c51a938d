import { expect, test, vi } from 'vitest'
import { call, edit, prepare, say } from './running-service.ts'

// Two whole services each: on a busy machine they take their time to start.
vi.setConfig({ testTimeout: 60_000 })

const ADMIN = { authorization: 'Bearer the-admin-key' }
const ENV = { ADMIN_API_KEY: 'the-admin-key' }
/** Less than keys are remembered for where nothing is heard: only a ring explains it. */
const HEARD_MS = 3_000

test('a key made on one node opens the other, and is revoked there as soon as it is revoked here', async () => {
  const { start, logged } = await prepare()
  const [one, other] = [await start(ENV), await start({ ...ENV, EXECUTOR: 'off' })]
  const made = await call(one.url, 'POST', '/v1/keys', { tenant: 'atelier', name: 'the shop' }, ADMIN)
  expect(made.status).toBe(201)
  const { id, key } = made.body
  const statusAt = async (url: string) => (await fetch(`${url}/v1/sessions`, { headers: { authorization: `Bearer ${key}` } })).status
  expect([await statusAt(one.url), await statusAt(other.url)]).toEqual([200, 200])

  const revokedAtMs = performance.now()
  expect((await fetch(`${one.url}/v1/keys/${id}`, { method: 'DELETE', headers: ADMIN })).status).toBe(204)
  while ((await statusAt(other.url)) === 200) expect(performance.now() - revokedAtMs).toBeLessThan(HEARD_MS)
  expect([await statusAt(one.url), await statusAt(other.url)]).toEqual([401, 401])
  expect(JSON.stringify(logged)).not.toContain(key)
})

test('turns in flight are bounded for all nodes together, while they run', async () => {
  const { start } = await prepare({ latency: { '*': { minMs: 1_500, maxMs: 1_500 } } })
  const nodes = [await start(ENV), await start(ENV)]
  const { body } = await call(nodes[0]?.url ?? '', 'POST', '/v1/keys', { tenant: 'atelier', name: 'the shop' }, ADMIN)
  const key = { authorization: `Bearer ${body.key}` }
  await call(nodes[0]?.url ?? '', 'PATCH', '/v1/tenants/atelier', { limits: { turnsInFlight: 2 } }, ADMIN)
  const sessions = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const { url } = nodes[n % 2] ?? { url: '' }
      return { url, id: (await call(url, 'POST', '/v1/sessions', {}, key)).body.id }
    }),
  )
  const answers = await Promise.all(sessions.map(({ url, id }) => edit(url, id, [say('a red kite')], {}, key)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429])
  const [first] = sessions
  expect((await edit(first?.url ?? '', first?.id ?? '', [say('at night')], {}, key)).status).toBe(201)
})
