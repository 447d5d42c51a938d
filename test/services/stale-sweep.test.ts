/** What a sweep has read of the turns at work may be old by the time it arrives. */
import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { makeId } from '../../src/domain/ids.ts'
import type { ModelAnswer } from '../../src/domain/model-call.ts'
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
    let claims = 0
    const db = answeringLate(installation.db, {
      swept: () => {
        for (const go of sweeps.splice(0)) go()
      },
      untilSwept: () => {
        claims += 1
        return new Promise<void>((resolve) => void sweeps.push(resolve))
      },
    })
    let attempts = 0
    const model: typeof installation.model = {
      attempt: async (request, sink, signal) => {
        attempts += 1
        return attempts <= 2 ? OVERLOADED : installation.model.attempt(request, sink, signal)
      },
    }
    const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
    const executor = new Executor({ ...installation, db, model }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
    await executor.start()
    try {
      const { id } = await house.submit((await house.session()).id, 'a house')
      executor.wake()
      expect(await house.ended(id)).toMatchObject({ status: 'succeeded', attempts: [{}, {}, { outcome: 'succeeded' }] })
      expect(claims).toBeGreaterThan(1)
      // One epoch for each claim, and none for a hand-over.
      expect(await house.database.sql`select lease_epoch from turns where id = ${id}`).toEqual([{ lease_epoch: claims }])
    } finally {
      for (const go of sweeps.splice(0)) go()
      await executor.drain(0)
    }
  })
})

interface Lateness {
  swept(): void
  untilSwept(): Promise<void>
}

/** The database, whose answer to a claim that found something comes after the next sweep has looked. */
function answeringLate(db: Database, { swept, untilSwept }: Lateness): Database {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'execute') return Reflect.get(target, name)
      return async (statement: SQL) => {
        const { sql: text } = dialect.sqlToQuery(statement)
        const rows = await target.execute(statement)
        if (isClaim(text) && rows.length > 0) await untilSwept()
        // Once the sweep has made of it what it will.
        if (isSweep(text)) setImmediate(swept)
        return rows
      }
    },
  })
}
