import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import * as leases from '../../src/db/turn-leases.ts'
import { type ModelState, stateKey } from '../../src/engine/model-state.ts'
import { runTurn } from '../../src/services/run-turn.ts'
import { type House, openHouse } from './installation.ts'

const MODEL = 'gemini-3-pro-image'
const KEY = stateKey({ project: 'project' }, MODEL)
const NODE = 'nod_one'
const dialect = new PgDialect()

type Write = () => Promise<unknown>

/** What becomes of the write of an attempt's row, by a node whose lease another has taken meanwhile. */
const LOSSES: readonly (readonly [what: string, lose: (write: Write, lost: AbortController) => Promise<unknown>, end: unknown])[] = [
  ['finds the lease gone', (write) => write(), { kind: 'lost' }],
  [
    'gets no answer before the node knows of its loss',
    (_write, lost) => {
      lost.abort()
      return Promise.reject(Object.assign(new Error('the connection is gone'), { code: 'CONNECTION_CLOSED' }))
    },
    expect.objectContaining({ message: 'the connection is gone' }),
  ],
  ['is refused', () => Promise.reject(new Error('the disk is full')), expect.objectContaining({ message: 'the disk is full' })],
]

it.each(LOSSES)('what an attempt had reserved is free again when the write of its row %s', async (_what, lose, end) => {
  const house = await openHouse({ endpoint: { limits: { rpm: 1 } } })
  const { id } = await house.submit((await house.session()).id, 'a house', { request: { models: [MODEL] } })
  const lost = new AbortController()
  let reserved: ModelState | null = null
  const db = writingAttempts(house, async (write) => {
    reserved = await sharedState(house)
    await leases.retireNode(house.database.db, NODE)
    return lose(write, lost)
  })
  const claim = await claimed(house, id)
  const signals = { canceled: new AbortController().signal, lost: lost.signal }
  expect(await runTurn({ ...house.installation, db }, claim, signals).catch((error: unknown) => error)).toEqual(end)
  expect(reserved).toMatchObject({ quota: { day: { requests: 1 } } })
  const state = await sharedState(house)
  expect(state.quota.day.requests).toBe(0)
  expect(state.quota.dueAtMs.rpm).toBeLessThanOrEqual(house.installation.clock.nowMs())
  expect(house.simulator.counts().requests).toBe(0)
})

async function claimed(house: House, turnId: string): Promise<leases.ClaimedTurn> {
  const { db } = house.database
  await leases.registerNode(db, NODE, 60_000)
  const claim = (await leases.claimDueTurns(db, NODE, 5)).find((one) => one.turnId === turnId)
  if (claim === undefined) throw new Error('the turn is not due')
  return claim
}

/** As all nodes would read it now. */
async function sharedState(house: House): Promise<ModelState> {
  const { [KEY]: state } = await house.installation.models.read([KEY])
  if (state === undefined) throw new Error('there is no such state')
  return state
}

/** The database, with `instead` in place of every write of an attempt's row. */
function writingAttempts(house: House, instead: (write: Write) => Promise<unknown>): Database {
  return new Proxy(house.database.db, {
    get(target, name) {
      if (name !== 'execute') return Reflect.get(target, name)
      return (statement: SQL) => {
        const write = () => target.execute(statement)
        return dialect.sqlToQuery(statement).sql.includes('insert into attempts') ? instead(write) : write()
      }
    },
  })
}
