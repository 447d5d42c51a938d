import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { ImageModel } from '../../src/domain/ports.ts'
import { openHouse } from './installation.ts'

/** Short enough that the heart beats every second. */
const BEATING_LEASE_MS = 3_000
const PRO = 'gemini-3-pro-image'
const dialect = new PgDialect()

describe('a node that stops without a word', () => {
  it('loses its turns to another, which sends again what was in flight, once', async () => {
    const house = await openHouse({
      simulator: { faults: [{ times: 1, fault: { kind: 'silence', carriedOut: true } }] },
    })
    const sleeper = await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await sleeper.freeze()
    await house.startNode()
    const turn = await house.ended(id)
    expect(turn).toMatchObject({ status: 'succeeded', billed: 'yes' })
    expect(turn.attempts.map(({ outcome, next, billed }) => [outcome, next, billed])).toEqual([
      ['ambiguous', 'retry', 'maybe'],
      ['succeeded', 'done', 'yes'],
    ])
    expect(house.simulator.counts().generated).toBe(2)
  })

  it('leaves the outcome unknown where nothing may be sent twice', async () => {
    const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'silence' } }] } })
    const sleeper = await house.startNode()
    const { id } = await house.submit((await house.session({ policy: { resendAmbiguous: 0 } })).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await sleeper.freeze()
    await house.startNode()
    expect(await house.ended(id)).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'ambiguous', next: 'fail' }] })
    expect(house.simulator.counts().requests).toBe(1)
  })

  it('writes nothing when it wakes: the answer it slept through is not a second output', async () => {
    const house = await openHouse()
    const [asleep, awake] = [holding(house.installation.model), holding(house.installation.model)]
    const sleeper = await house.startNode({ model: asleep.model })
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await sleeper.freeze()
    await house.startNode({ model: awake.model })
    await house.until(id, ({ attempts }) => attempts.length === 2)
    // It never noticed that it was asleep: it has its answer and tries to write it, while the other is still at work.
    asleep.release()
    await untilIdle(() => sleeper.executor.inFlight === 0)
    expect(await house.until(id, () => true)).toMatchObject({ status: 'running', attempts: [{ outcome: 'ambiguous' }, { outcome: null }] })
    awake.release()
    const turn = await house.ended(id)
    expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'ambiguous' }, { outcome: 'succeeded' }] })
    expect(new Set(turn.output.map(({ attempt }) => attempt))).toEqual(new Set([2]))
    sleeper.thaw()
    expect(await house.ended(id)).toEqual(turn)
  })

  it('notices on waking, drops what it had, and works again under another name', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'silence' } }] } })
    const sleeper = await house.startNode({}, BEATING_LEASE_MS)
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await sleeper.freeze()
    const other = await house.startNode()
    await house.ended(id)
    await other.executor.drain(0)
    sleeper.thaw()
    const after = await house.ended((await house.submit((await house.session()).id, 'a boat')).id)
    expect(after.status).toBe('succeeded')
    await untilIdle(() => sleeper.executor.inFlight === 0)
    expect(house.logged.filter(({ event }) => event === 'executor.lease_lost')).toHaveLength(1)
  })

  it('takes up nothing under a name that the database could not be told', async () => {
    const house = await openHouse()
    let refused = 0
    const db = new Proxy(house.installation.db, {
      get(target, name) {
        if (name !== 'execute') return Reflect.get(target, name)
        return (statement: SQL) => {
          const { sql: text } = dialect.sqlToQuery(statement)
          if (!text.includes('insert into nodes') || refused === 0) return target.execute(statement)
          refused -= 1
          return Promise.reject(new Error('the database is away'))
        }
      },
    })
    const { executor } = await house.startNode({ db }, BEATING_LEASE_MS)
    refused = 2
    await house.database.sql`delete from nodes`
    const { id } = await house.submit((await house.session()).id, 'a house')
    const sessions = await Promise.all(Array.from({ length: 3 }, () => house.session()))
    await untilIdle(() => refused === 0)
    for (const session of sessions) await house.submit(session.id, 'a boat')
    executor.wake()
    expect(await house.ended(id)).toMatchObject({ status: 'succeeded' })
    await untilIdle(() => executor.inFlight === 0)
    const attempts = await house.database.sql`select outcome from attempts where outcome <> 'succeeded'`
    expect(attempts).toEqual([])
    expect(house.logged.filter(({ event }) => event === 'executor.sweep_failed').length).toBeGreaterThan(0)
  })

  it('during an answer read on after a cancel leaves a ledger row that another closes', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'silence' } }] } })
    const sleeper = await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await sleeper.freeze()
    await house.cancel(id)
    await house.startNode()
    const turn = await house.until(id, ({ attempts }) => attempts[0]?.outcome !== null)
    expect(turn).toMatchObject({ status: 'canceled', billed: 'maybe', attempts: [{ outcome: 'ambiguous', late: false }] })
  })
})

describe('a node that is asked to stop', () => {
  it('lets an attempt end that ends within the grace, and hands nothing over', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'latency', ms: 200 } }] } })
    const node = await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await node.executor.drain(10_000)
    expect(await house.ended(id)).toMatchObject({ status: 'succeeded', attempts: [{ n: 1, model: PRO }] })
  })

  it('hands over at once what does not end within the grace', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'silence' } }] } })
    const node = await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await node.executor.drain(20)
    expect(node.executor.inFlight).toBe(0)
    await house.startNode()
    const turn = await house.ended(id)
    expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'ambiguous' }, { outcome: 'succeeded' }] })
  })

  it('claims nothing more', async () => {
    const house = await openHouse()
    const node = await house.startNode()
    await node.executor.drain(0)
    const { id } = await house.submit((await house.session()).id, 'a house')
    node.executor.wake()
    expect(await house.database.sql`select from nodes`).toHaveLength(0)
    expect(await house.until(id, () => true)).toMatchObject({ status: 'queued', attempts: [] })
  })
})

/** A model whose answers are in, and are handed on when the test says so. */
function holding(model: ImageModel): { model: ImageModel; release: () => void } {
  const held = Promise.withResolvers<void>()
  const attempt: ImageModel['attempt'] = async (...call) => {
    const answer = await model.attempt(...call)
    await held.promise
    return answer
  }
  return { model: { attempt }, release: held.resolve }
}

/** Looks again whenever what goes on has had a chance to. */
async function untilIdle(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve))
}
