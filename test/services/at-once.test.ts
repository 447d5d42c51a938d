/** Turns that run where they were accepted: no wake-up, no claim, and the same promises. */
import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { submitTurn } from '../../src/services/submit-turn.ts'
import { updateSession } from '../../src/services/update-session.ts'
import { aRequest, openHouse } from './installation.ts'

const dialect = new PgDialect()

/** The database; `around` carries out each statement that stores a turn. */
const storing = (db: Database, around: (store: () => Promise<unknown>) => Promise<unknown>): Database =>
  new Proxy(db, {
    get(target, name) {
      if (name !== 'execute') return Reflect.get(target, name)
      return (statement: SQL) => {
        const store = () => target.execute(statement)
        return dialect.sqlToQuery(statement).sql.includes('insert into turns') ? around(store) : store()
      }
    },
  })

describe('a turn accepted where it may run', () => {
  it('runs there at once, and is answered as it is', async () => {
    const house = await openHouse({ atOnce: true })
    await house.startNode()
    const { id } = await house.session()
    const picture = await house.picture()
    const parts = [
      { type: 'text' as const, text: 'a kite' },
      { type: 'image' as const, mediaId: picture.id },
    ]
    const first = await house.submit(id, '', { request: { parts, metadata: { note: 'x' } } })
    expect(first).toMatchObject({ status: 'running', parentId: null, index: 0, version: 1, siblingIds: [], metadata: { note: 'x' } })
    const ended = await house.ended(first.id)
    expect(ended).toMatchObject({ status: 'succeeded', parts: first.parts, createdAtMs: first.createdAtMs })
    const second = await house.submit(id, 'a red one')
    expect(second).toMatchObject({ parentId: first.id, index: 1 })
    await house.ended(second.id)
    const sibling = await house.submit(id, 'a blue one', { parentId: first.id })
    expect(sibling.siblingIds).toEqual([second.id])
    expect(await house.ended(sibling.id)).toMatchObject({ status: 'succeeded', fidelity: 'exact' })
  })

  it('is refused, queued and repeated as any other', async () => {
    const house = await openHouse({ atOnce: true, simulator: { faults: [{ fault: { kind: 'latency', ms: 200 } }] } })
    await house.startNode()
    const { id } = await house.session()
    const race = await Promise.allSettled(Array.from({ length: 8 }, () => house.submit(id, 'a house')))
    const accepted = race.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(accepted).toHaveLength(1)
    for (const one of race) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'session_busy' })
    await house.ended(accepted[0]?.id ?? '')

    const { id: sessionId } = await house.session()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        submitTurn({ ctx: house.ctx, input: { sessionId, idempotencyKey: 'key', request: aRequest('a house') } }),
      ),
    )
    expect(new Set(answers.map(({ turn }) => turn.id)).size).toBe(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    await house.ended(answers[0]?.turn.id ?? '')
    await expect(house.submit(sessionId, 'a house', { expectedHeadTurnId: null })).rejects.toMatchObject({ code: 'stale_parent' })
    await expect(house.submit(sessionId, 'a house', { parentId: 'trn_none' })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(house.simulator.counts().requests).toBe(2)
  })

  it('is looked at under the lock when its session changed since it was found', async () => {
    const house = await openHouse({ atOnce: true })
    await house.startNode()
    const { id } = await house.session({ onConflict: 'enqueue' })
    let raced = false
    const db = storing(house.database.db, async (store) => {
      if (!raced) {
        raced = true
        await house.submit(id, 'the one that was quicker')
      }
      return store()
    })
    const input = { sessionId: id, idempotencyKey: null, request: aRequest('the one that was found first') }
    const { turn } = await submitTurn({ ctx: { ...house.ctx, db }, input })
    const ended = await house.ended(turn.id)
    expect(ended).toMatchObject({ status: 'succeeded', index: 1 })
    expect((await house.ended(ended.parentId ?? '')).parts).toEqual([{ type: 'text', text: 'the one that was quicker' }])
  })

  it('is refused when the head moved between the look and the storing, and it named the head', async () => {
    const house = await openHouse({ atOnce: true })
    await house.startNode()
    const { id: sessionId } = await house.session()
    const first = await house.ended((await house.submit(sessionId, 'a house')).id)
    const db = storing(house.database.db, async (store) => {
      await updateSession({ ctx: house.ctx, input: { sessionId, changes: { headTurnId: null } } })
      return store()
    })
    const input = { sessionId, idempotencyKey: null, expectedHeadTurnId: first.id, request: aRequest('a red one') }
    await expect(submitTurn({ ctx: { ...house.ctx, db }, input })).rejects.toMatchObject({ code: 'stale_parent' })
    expect(house.simulator.counts().requests).toBe(1)
  })

  it('runs although nobody learned that it had been stored', async () => {
    const house = await openHouse({ atOnce: true })
    await house.startNode()
    const { id } = await house.session()
    const db = storing(house.database.db, async (store) => {
      await store()
      throw new Error('the connection is lost')
    })
    const input = { sessionId: id, idempotencyKey: 'key', request: aRequest('a house') }
    await expect(submitTurn({ ctx: { ...house.ctx, db }, input })).rejects.toThrow('the connection is lost')
    const { turn, replayed } = await submitTurn({ ctx: house.ctx, input })
    expect(replayed).toBe(true)
    expect(await house.ended(turn.id)).toMatchObject({ status: 'succeeded', attempts: [{ n: 1 }] })
    expect(house.simulator.counts().requests).toBe(1)
  })

  it('says what is wrong when its picture goes between the look and the storing', async () => {
    const house = await openHouse({ atOnce: true })
    await house.startNode()
    const { id: sessionId } = await house.session()
    const picture = await house.picture()
    const db = storing(house.database.db, async (store) => {
      await house.database.sql`delete from media where id = ${picture.id}`
      return store()
    })
    const request = { ...aRequest(''), parts: [{ type: 'image' as const, mediaId: picture.id }] }
    const submitted = submitTurn({ ctx: { ...house.ctx, db }, input: { sessionId, idempotencyKey: null, request } })
    await expect(submitted).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
