import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { deleteSession } from '../../src/services/delete-session.ts'
import { forkSession } from '../../src/services/fork-session.ts'
import { getSession } from '../../src/services/get-session.ts'
import { getUsage } from '../../src/services/get-usage.ts'
import { removeExpiredSessions } from '../../src/services/remove-expired-sessions.ts'
import { type House, openHouse } from './installation.ts'

/** Tables that hold `text` anywhere in some row. */
async function tablesThatHold({ database: { db } }: House, text: string): Promise<string[]> {
  const tables = await db.execute<{ name: string }>(sql`select tablename as name from pg_tables where schemaname = 'public'`)
  const holding: string[] = []
  for (const { name } of tables) {
    const [row] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from ${sql.identifier(name)} whole where strpos(whole::text, ${text}) > 0`,
    )
    if ((row?.n ?? 0) > 0) holding.push(name)
  }
  return holding.sort()
}

test('of a deleted session no row says anything, but its cost stays in the sums', async () => {
  const house = await openHouse()
  await house.startNode()
  const session = await house.session({ title: 'Aunt Petunia' })
  const first = await house.ended((await house.submit(session.id, 'a xylophone')).id)
  const second = await house.ended((await house.submit(session.id, 'a xylophone at night', { idempotencyKey: 'once' })).id)
  expect([first.status, second.status]).toEqual(['succeeded', 'succeeded'])
  const made = [...new Set([first, second].flatMap(({ output }) => output.flatMap(({ mediaId }) => mediaId ?? [])))]
  expect(await tablesThatHold(house, session.id)).not.toEqual([])
  const before = await getUsage({ ctx: house.ctx, input: { groupBy: 'session' } })
  expect(before.data).toMatchObject([{ key: session.id, requests: 2, attempts: 2 }])

  const removed = await deleteSession({ ctx: house.ctx, input: { sessionId: session.id } })
  expect(removed).toMatchObject({ turns: 2, media: made.length })
  for (const text of [session.id, first.id, second.id, ...made, 'xylophone', 'Petunia'])
    expect([text, await tablesThatHold(house, text)]).toEqual([text, []])
  const after = await getUsage({ ctx: house.ctx, input: { groupBy: 'session' } })
  expect(after.total).toEqual(before.total)
  expect(after.data).toEqual([{ ...before.total, key: null }])
  expect(house.logged.some(({ fields }) => JSON.stringify(fields ?? {}).includes('xylophone'))).toBe(false)
})

test('a fork keeps its pictures when the session it came from is deleted, and forgets whose they were', async () => {
  const house = await openHouse()
  await house.startNode()
  const session = await house.session()
  const turn = await house.ended((await house.submit(session.id, 'a house')).id)
  const fork = await forkSession({ ctx: house.ctx, input: { sessionId: session.id, turnId: turn.id } })
  expect(await deleteSession({ ctx: house.ctx, input: { sessionId: session.id } })).toMatchObject({ turns: 1, media: 0 })
  for (const text of [session.id, turn.id]) expect([text, await tablesThatHold(house, text)]).toEqual([text, []])
  const next = await house.ended((await house.submit(fork.id, 'at night')).id)
  expect(next).toMatchObject({ status: 'succeeded', fidelity: 'exact' })
  const { total } = await getUsage({ ctx: house.ctx, input: { groupBy: 'day' } })
  expect(total).toMatchObject({ requests: 2, attempts: 2 })
})

test('sessions are deleted when their own time is up, or their tenant’s after their last change, and no others', async () => {
  const house = await openHouse()
  const nowMs = house.installation.clock.nowMs()
  const gone = await house.session({ expiresAtMs: nowMs - 1 })
  const stays = await house.session({ expiresAtMs: nowMs + 3_600_000 })
  const old = await house.session()
  const busy = await house.session()
  const fresh = await house.session()
  await house.submit(busy.id, 'a house')
  await house.database.sql`update sessions set updated_at_ms = updated_at_ms - 86400000 where id = any(${[old.id, busy.id, stays.id]})`
  await house.database.sql`update tenants set session_ttl_ms = 3600000`
  await removeExpiredSessions(house.installation)
  const there = async (id: string) =>
    getSession({ ctx: house.ctx, input: { sessionId: id } }).then(
      () => true,
      () => false,
    )
  expect(await Promise.all([gone, stays, old, busy, fresh].map(({ id }) => there(id)))).toEqual([false, true, false, true, true])
})
