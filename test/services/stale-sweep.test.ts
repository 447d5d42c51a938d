/** What a sweep has read of the turns at work may be old by the time it arrives, and a claim may arrive late. */
import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { connect, type Database } from '../../src/db/connect.ts'
import { makeId } from '../../src/domain/ids.ts'
import type { ModelAnswer } from '../../src/domain/model-call.ts'
import type { Clock } from '../../src/domain/ports.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { Executor } from '../../src/services/executor.ts'
import { openHouse } from './installation.ts'

/** Run before and after the database is asked which turns the node holds, and before it is asked for due ones. */
interface Hold {
  before(): Promise<void>
  after(): Promise<void>
  claim(): Promise<void>
}

/** The database, which holds back what asks for them. */
const holdingBack = (db: Database, hold: Hold): Database =>
  new Proxy(db, {
    get(target, name) {
      if (name !== 'execute') return Reflect.get(target, name)
      return async (statement: SQL) => {
        const { sql: text } = dialect.sqlToQuery(statement)
        const isAsked = isSweep(text)
        if (isAsked) await hold.before()
        if (isClaim(text)) await hold.claim()
        const rows = await target.execute(statement)
        if (isAsked) await hold.after()
        return rows
      }
    },
  })

const dialect = new PgDialect()

const isSweep = (text: string) => text.includes('where lease_owner = ')
const isClaim = (text: string) => text.includes('skip locked')
/** Between two sweeps, in ms. */
const REST_MS = 1_000

const OVERLOADED: ModelAnswer = {
  ...{ outcome: 'overloaded', httpStatus: 503, message: 'overloaded', facts: {}, billed: 'no' },
  ...{ usage: null, modelVersion: null, responseId: null },
}

describe('a turn that waited a moment and runs again', () => {
  it('is not taken for one that has ended, by a look from when it waited', async () => {
    const house = await openHouse({ interactive: { backoffBaseMs: 200, backoffCapMs: 200 } })
    const { installation } = house
    const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let attempts = 0
    const model: typeof installation.model = {
      attempt: async (request, sink, signal) => {
        attempts += 1
        const isFirst = attempts === 1
        await (isFirst ? asked : told).promise
        return isFirst ? OVERLOADED : installation.model.attempt(request, sink, signal)
      },
    }
    const hold: Hold = { before: async () => {}, after: async () => {}, claim: async () => {} }
    const db = holdingBack(installation.db, hold)
    const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
    const executor = new Executor({ ...installation, db, model }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
    await executor.start()
    try {
      const { id } = await house.submit((await house.session()).id, 'a house')
      const looked = Promise.withResolvers<void>()
      hold.before = async () => {
        hold.before = async () => {}
        // However slow this machine: it waits until it has been looked at.
        hold.claim = async () => {
          if (attempts > 0) await looked.promise
        }
        asked.resolve()
        await house.until(id, ({ status }) => status === 'waiting')
      }
      hold.after = async () => {
        hold.after = async () => {}
        looked.resolve()
        await house.until(id, (turn) => turn.attempts.length === 2)
        // Once the sweep has made of it what it will.
        setImmediate(told.resolve)
      }
      executor.wake()
      const turn = await house.ended(id)
      expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'overloaded' }, { outcome: 'succeeded' }] })
    } finally {
      await executor.drain(0)
    }
  })
})

describe('a turn that waits and is claimed again and again', () => {
  it('is not taken from its own node by sweeps that each come in the middle of a claim', async () => {
    const house = await openHouse({ interactive: { backoffBaseMs: 100, backoffCapMs: 100 } })
    const { installation } = house
    const sweeps: (() => void)[] = []
    let heldBack = 0
    const lateness: Lateness = {
      isSweeping: true,
      claims: 0,
      swept: () => {
        for (const go of sweeps.splice(0)) go()
      },
      untilSwept: () => {
        heldBack += 1
        return new Promise<void>((resolve) => void sweeps.push(resolve))
      },
    }
    const db = answeringLate(installation.db, lateness)
    const { clock, rested } = watchRests(() => {
      lateness.isSweeping = false
    })
    let attempts = 0
    const model: typeof installation.model = {
      attempt: async (request, sink, signal) => {
        attempts += 1
        return attempts <= 2 ? OVERLOADED : installation.model.attempt(request, sink, signal)
      },
    }
    const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
    const executor = new Executor({ ...installation, clock, db, model }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
    await executor.start()
    await rested
    try {
      const { id } = await house.submit((await house.session()).id, 'a house')
      executor.wake()
      expect(await house.ended(id)).toMatchObject({ status: 'succeeded', attempts: [{}, {}, { outcome: 'succeeded' }] })
      expect(heldBack).toBeGreaterThan(0)
      // One epoch for each claim, and none for a hand-over.
      expect(await house.database.sql`select lease_epoch from turns where id = ${id}`).toEqual([{ lease_epoch: lateness.claims }])
    } finally {
      for (const go of sweeps.splice(0)) go()
      await executor.drain(0)
    }
  })
})

it('a node that takes its leave while a claim is under way leaves no turn behind that it holds', async () => {
  const house = await openHouse()
  const { sql } = house.database
  await sql`
    create function wait_for_test() returns trigger language plpgsql
    as 'begin perform pg_advisory_xact_lock(1); return new; end'`
  await sql`
    create trigger wait_for_test before update on turns for each row
    when (old.lease_owner is null and new.lease_owner is not null) execute function wait_for_test()`
  const { clock, rested } = watchRests()
  const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
  const { sql: own, db } = connect(house.database.url, { max: 5, applicationName: 'leaving' })
  const executor = new Executor({ ...house.installation, clock, db }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
  await executor.start()
  await rested
  const leaving = await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`
    const { id } = await house.submit((await house.session()).id, 'a house')
    executor.wake()
    while ((await sql`select from pg_locks where locktype = 'advisory' and not granted`).length === 0);
    const over = executor.drain(0).then(() => own.end({ timeout: 3 }))
    // Time enough to take leave, for one that does not wait.
    for (let roundTrip = 0; roundTrip < 20; roundTrip++) await sql`select 1`
    return { id, over }
  })
  await leaving.over
  expect(await sql`select lease_owner from turns where id = ${leaving.id}`).toEqual([{ lease_owner: null }])
})

/** A clock that says when an executor rests between two sweeps: each time, and for the first time. */
function watchRests(resting = () => {}): { clock: Clock; rested: Promise<void> } {
  const rested = Promise.withResolvers<void>()
  const sleep: Clock['sleep'] = (ms, signal) => {
    if (ms === REST_MS) {
      resting()
      rested.resolve()
    }
    return systemClock.sleep(ms, signal)
  }
  return { clock: { ...systemClock, sleep }, rested: rested.promise }
}

interface Lateness {
  swept(): void
  untilSwept(): Promise<void>
  /** A sweep ends with a look of its own and waits for its claim: to hold that one back would keep the next sweep away. */
  isSweeping: boolean
  /** That found something. */
  claims: number
}

/** The database, whose answer to a claim that found something comes after the next sweep has looked. */
function answeringLate(db: Database, lateness: Lateness): Database {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'execute') return Reflect.get(target, name)
      return async (statement: SQL) => {
        const { sql: text } = dialect.sqlToQuery(statement)
        const rows = await target.execute(statement)
        if (isClaim(text) && rows.length > 0) {
          lateness.claims += 1
          if (!lateness.isSweeping) await lateness.untilSwept()
        }
        if (isSweep(text)) {
          lateness.isSweeping = true
          // Once the sweep has made of it what it will.
          setImmediate(lateness.swept)
        }
        return rows
      }
    },
  })
}
