import { expect, test } from 'vitest'
import { openClosedApp } from './open-app.ts'

test.each(['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787'])('without keys, %s is served', async (origin) => {
  expect((await openClosedApp().request(`${origin}/healthz`)).status).toBe(200)
})

test.each(['http://rebound.example', 'http://127.0.0.1.rebound.example', 'http://192.168.1.5:8787'])(
  'without keys, a call to %s is refused',
  async (origin) => {
    const answer = await openClosedApp().request(`${origin}/healthz`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path: 'Host' }] })
  },
)

test('with a key, any name will do', async () => {
  const app = openClosedApp({ apiKeys: [{ tenantId: 'a', key: 'k' }] })
  expect((await app.request('http://api.example/healthz')).status).toBe(200)
})
