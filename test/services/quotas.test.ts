import { expect, it } from 'vitest'
import { openHouse } from './installation.ts'

it('turns that share a known quota wait for their slots, and are never refused by the upstream', async () => {
  const slotMs = 500
  const house = await openHouse({ endpoint: { limits: { rpm: 60_000 / slotMs } } })
  await house.startNode()
  const sessions = await Promise.all(Array.from({ length: 4 }, () => house.session()))
  const submitted = await Promise.all(
    sessions.map(({ id }) => house.submit(id, 'a house', { request: { models: ['gemini-3-pro-image'] } })),
  )
  const turns = await Promise.all(submitted.map(({ id }) => house.ended(id)))
  expect(turns.map(({ status, attempts }) => `${status} ${attempts.length}`)).toEqual(turns.map(() => 'succeeded 1'))
  const starts = turns.map(({ attempts }) => attempts[0]?.startedAtMs ?? 0).sort((a, b) => a - b)
  expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual((turns.length - 2) * slotMs)
  expect(house.simulator.counts().byStatus).toEqual({ 200: 4 })
  // Each was promised a slot once and got it: nobody waits again and again.
  const waits = await house.database.sql<{ waits: number }[]>`
    select count(*)::int as waits from events where type = 'turn.waiting' group by turn_id`
  expect(Math.max(...waits.map((row) => row.waits))).toBeLessThanOrEqual(2)
})
