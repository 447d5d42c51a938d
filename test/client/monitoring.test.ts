import { expect, test } from 'vitest'
import { createClient, type TurnEvent } from '../../src/client/index.ts'
import { toIso } from '../../src/runtime/instant.ts'
import { prepare } from '../e2e/running-service.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'

test('figures, receipts and alerts are asked for, and a tenant is watched from a moment on, through a lost connection', async () => {
  const { start } = await prepare()
  const proxy = await startCuttingProxy((await start()).url)
  const { sessions, monitoring } = createClient({ baseUrl: proxy.url })
  const session = await sessions.create()
  const before = await session.edit({ prompt: 'a tree' })
  const leave = new AbortController()
  const seen: TurnEvent[] = []
  const since = toIso(Date.parse(before.endedAt ?? '') + 1)
  const watched = (async () => {
    for await (const event of monitoring.events({ since, signal: leave.signal })) {
      seen.push(event)
      if (event.type === 'attempt.succeeded') proxy.cut()
      if ('turn' in event) break
    }
  })()
  const after = await session.edit({ prompt: 'a taller tree' })
  await watched
  leave.abort()
  expect(new Set(seen.map(({ turnId }) => turnId))).toEqual(new Set([after.id]))
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1))

  const stats = await monitoring.stats({ window: '1h', series: true })
  expect(stats).toMatchObject({ window: '1h', requests: 2, succeeded: 2 })
  expect(stats.series?.points.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(2)
  expect((await monitoring.stats()).series).toBeUndefined()
  const usage = await monitoring.usage({ groupBy: 'model' })
  expect(usage.data).toMatchObject([{ model: 'gemini-3-pro-image', succeeded: 2 }])
  expect(await monitoring.alerts()).toEqual([])
})
