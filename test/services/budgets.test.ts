import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { deleteSession } from '../../src/services/delete-session.ts'
import { updateSession } from '../../src/services/update-session.ts'
import { type House, openHouse } from './installation.ts'

/** What a 1K picture of gemini-3-pro-image is estimated at, and a little more for the prompt. */
const ONE_TURN_USD = 0.14

async function setTenantBudget({ database }: House, budgetUsd: number | null): Promise<void> {
  await database.sql`update tenants set budget_usd = ${budgetUsd} where id = 'local'`
}

async function rowsOf({ database }: House, table: 'turns' | 'events' | 'parts'): Promise<number> {
  const [row] = await database.db.execute<{ n: number }>(sql`select count(*)::int as n from ${sql.identifier(table)}`)
  return row?.n ?? -1
}

const refusedWith = (code: string) => expect.objectContaining({ code })

test('a turn that would exceed its session’s budget is refused before anything is stored', async () => {
  const house = await openHouse()
  const poor = await house.session({ budgetUsd: 0.1 })
  await expect(house.submit(poor.id, 'a house')).rejects.toEqual(refusedWith('budget_exhausted'))
  expect([await rowsOf(house, 'turns'), await rowsOf(house, 'events'), await rowsOf(house, 'parts')]).toEqual([0, 0, 0])
  const rich = await house.session({ budgetUsd: ONE_TURN_USD })
  await expect(house.submit(rich.id, 'a house')).resolves.toMatchObject({ status: 'queued' })
})

test('of turns submitted to many sessions at once, only as many are let in as the tenant’s budget holds', async () => {
  const house = await openHouse()
  const sessions = await Promise.all(Array.from({ length: 8 }, () => house.session()))
  await setTenantBudget(house, 3 * ONE_TURN_USD)
  const submitted = await Promise.allSettled(sessions.map(({ id }) => house.submit(id, 'a house')))
  expect(submitted.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  for (const one of submitted) if (one.status === 'rejected') expect(one.reason).toEqual(refusedWith('budget_exhausted'))
})

test('what was held is settled by what the turn came to cost, and free again when it cost nothing', async () => {
  const house = await openHouse()
  await house.startNode()
  const session = await house.session({ budgetUsd: 2 * ONE_TURN_USD })
  const turn = await house.ended((await house.submit(session.id, 'a house')).id)
  expect(turn).toMatchObject({ status: 'succeeded', billed: 'yes' })
  expect(turn.costUsd).toBeGreaterThan(0.13)
  house.simulator.setFaults([{ fault: { kind: 'error', error: 'key_leaked' } }])
  const failed = await house.ended((await house.submit(session.id, 'a boat')).id)
  expect(failed).toMatchObject({ status: 'failed', costUsd: 0 })
  house.simulator.setFaults([])
  expect(await house.ended((await house.submit(session.id, 'a boat')).id)).toMatchObject({ status: 'succeeded' })
  await expect(house.submit(session.id, 'a tree')).rejects.toEqual(refusedWith('budget_exhausted'))
})

test('what a deleted session has cost stays in its tenant’s month', async () => {
  const house = await openHouse()
  await house.startNode()
  const session = await house.session()
  await house.ended((await house.submit(session.id, 'a house')).id)
  await deleteSession({ ctx: house.ctx, input: { sessionId: session.id } })
  await setTenantBudget(house, 0.2)
  const next = await house.session()
  await expect(house.submit(next.id, 'a house')).rejects.toEqual(refusedWith('budget_exhausted'))
})

test('a running turn whose next attempt would exceed a budget ends without it', async () => {
  const house = await openHouse({ interactive: { backoffBaseMs: 1_500, backoffCapMs: 3_000 } })
  await house.startNode()
  house.simulator.setFaults([{ times: 1, fault: { kind: 'error', error: 'overloaded' } }])
  const session = await house.session({ budgetUsd: 1 })
  const { id } = await house.submit(session.id, 'a house')
  await house.until(id, ({ status }) => status === 'waiting')
  await updateSession({ ctx: house.ctx, input: { sessionId: session.id, changes: { budgetUsd: 0.01 } } })
  const turn = await house.ended(id)
  expect(turn).toMatchObject({ status: 'failed', error: { code: 'budget_exhausted' }, billed: 'no', costUsd: 0 })
  expect(turn.attempts).toHaveLength(1)
})

test('a canceled turn holds what it may cost until its answer has been read', async () => {
  const house = await openHouse({ simulator: { latency: { '*': { minMs: 1_500, maxMs: 1_500 } } } })
  await house.startNode()
  const session = await house.session({ budgetUsd: 1.5 * ONE_TURN_USD })
  const { id } = await house.submit(session.id, 'a house')
  await house.until(id, ({ attempts }) => attempts.length === 1)
  await house.cancel(id)
  await expect(house.submit(session.id, 'a boat')).rejects.toEqual(refusedWith('budget_exhausted'))
  const late = await house.until(id, ({ attempts }) => attempts[0]?.outcome === 'succeeded')
  expect(late).toMatchObject({ status: 'canceled', attempts: [{ late: true }] })
  await expect(house.submit(session.id, 'a boat')).rejects.toEqual(refusedWith('budget_exhausted'))
})

test('a picture got by deleting its session in mid-attempt is counted against the tenant’s month', async () => {
  const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'latency', ms: 500 } }] } })
  await house.startNode()
  const [deleted, next] = [await house.session(), await house.session()]
  const { id } = await house.submit(deleted.id, 'a house')
  await house.until(id, ({ attempts }) => attempts.length === 1)
  await deleteSession({ ctx: house.ctx, input: { sessionId: deleted.id } })
  await setTenantBudget(house, 0.2)
  await expect(house.submit(next.id, 'a house')).rejects.toEqual(refusedWith('budget_exhausted'))
})

test('a turn that took the place of another is in flight beside it while the answer to that one is read on', async () => {
  const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'latency', ms: 500 } }] } })
  await house.startNode()
  const { id: sessionId } = await house.session({ onConflict: 'replace' })
  const { id } = await house.submit(sessionId, 'a house')
  await house.until(id, ({ attempts }) => attempts.length === 1)
  await house.cancel(id)
  await house.database.sql`update tenants set turns_in_flight = 1 where id = 'local'`
  await expect(house.submit(sessionId, 'a boat')).rejects.toEqual(refusedWith('too_many_requests'))
  await house.until(id, ({ attempts }) => attempts[0]?.late === true)
  await expect(house.submit(sessionId, 'a boat')).resolves.toMatchObject({ sessionId })
})
