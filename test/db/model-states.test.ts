import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { changeModelState, readModelStates, replaceModelState, UNWRITTEN } from '../../src/db/model-state-queries.ts'
import { initialModelState } from '../../src/engine/model-state.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock } from '../support/manual-clock.ts'

const KEY = 'p/a'
const dialect = new PgDialect()
const addOne = (state: unknown) => ((state as number | null) ?? 0) + 1

describe('states of models', () => {
  it('lose nothing that many nodes change at once, by lock or by what they know', async () => {
    const { db } = await freshDatabase()
    const replace = async () => {
      const known = (await readModelStates(db, [KEY])).get(KEY) ?? UNWRITTEN
      return (await replaceModelState(db, KEY, known, addOne(known.state))) ?? changeModelState(db, KEY, addOne)
    }
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? replace() : changeModelState(db, KEY, addOne))))
    expect((await readModelStates(db, [KEY, 'p/unknown'])).get(KEY)?.state).toBe(40)
    expect(await readModelStates(db, [])).toEqual(new Map())
  })

  it('are replaced only by whoever knows how they are', async () => {
    const { db } = await freshDatabase()
    const first = await replaceModelState(db, KEY, UNWRITTEN, 1)
    expect(first).toEqual((await readModelStates(db, [KEY])).get(KEY))
    expect(await replaceModelState(db, KEY, UNWRITTEN, 2)).toBeNull()
    if (first === null) throw new Error('the first to write was refused')
    const second = await replaceModelState(db, KEY, first, 2)
    expect(second).toEqual((await readModelStates(db, [KEY])).get(KEY))
    expect(await replaceModelState(db, KEY, first, 3)).toBeNull()
    expect(await changeModelState(db, KEY, addOne)).toEqual((await readModelStates(db, [KEY])).get(KEY))
  })

  it('are changed for each asker in turn, also when two nodes ask together', async () => {
    const { db } = await freshDatabase()
    const nodes = [createModelStates(db, systemClock), createModelStates(db, systemClock)]
    const seen = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        nodes[n % 2]?.change('p/a', (state) => {
          const virtual = state.fair.virtual + 1
          return { state: { ...state, fair: { ...state.fair, virtual } }, told: virtual }
        }),
      ),
    )
    expect([...seen].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
    const read = await nodes[0]?.read(['p/a', 'p/new'])
    expect(read?.['p/a']?.fair.virtual).toBe(30)
    expect(read?.['p/new']).toEqual(initialModelState)
  })

  it('are read again only when they are older than the reader takes', async () => {
    const { db } = await freshDatabase()
    const clock = createManualClock()
    const [here, elsewhere] = [createModelStates(db, clock), createModelStates(db, clock)]
    const virtual = async (ageMaxMs?: number) => (await here.read(['p/a'], ageMaxMs))['p/a']?.fair.virtual
    expect(await virtual()).toBe(0)
    await elsewhere.change('p/a', (state) => ({ state: { ...state, fair: { ...state.fair, virtual: 1 } }, told: null }))
    await clock.advance(249)
    expect(await virtual(250)).toBe(0)
    await clock.advance(1)
    expect(await virtual(250)).toBe(1)
    await elsewhere.change('p/a', (state) => ({ state: { ...state, fair: { ...state.fair, virtual: 2 } }, told: null }))
    expect(await virtual()).toBe(2)
  })

  it('are not put back to what they were by a look that began before a change', async () => {
    const { db } = await freshDatabase()
    const [looked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let looks = 0
    const slow = new Proxy(db, {
      get(target, name) {
        if (name !== 'execute') return Reflect.get(target, name)
        return async (statement: SQL) => {
          const rows = await target.execute(statement)
          if (!dialect.sqlToQuery(statement).sql.startsWith('select key') || looks++ > 0) return rows
          looked.resolve()
          await answered.promise
          return rows
        }
      },
    })
    const states = createModelStates(slow, createManualClock())
    const early = states.read(['p/a'])
    await looked.promise
    await states.change('p/a', (state) => ({ state: { ...state, fair: { ...state.fair, virtual: 1 } }, told: null }))
    answered.resolve()
    await early
    expect((await states.read(['p/a'], 250))['p/a']?.fair.virtual).toBe(1)
  })

  it('stay as they were when a change breaks, and can be changed after', async () => {
    const { db } = await freshDatabase()
    const states = createModelStates(db, systemClock)
    const broken = states.change('p/a', () => {
      throw new Error('a defect')
    })
    await expect(broken).rejects.toThrow('a defect')
    expect(await states.change('p/a', (state) => ({ state, told: state }))).toEqual(initialModelState)
  })
})
