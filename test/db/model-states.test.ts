import { describe, expect, it } from 'vitest'
import { changeModelStates, readModelStates } from '../../src/db/model-state-queries.ts'
import { initialModelState } from '../../src/engine/model-state.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { freshDatabase } from '../support/database.ts'

const KEYS = ['p/a', 'p/b', 'p/c']
const addOne = (_key: string, state: unknown) => ((state as number | null) ?? 0) + 1

describe('states of models', () => {
  it('lose nothing that many nodes change at once, in whatever order they name them', async () => {
    const { db } = await freshDatabase()
    const changes = Array.from({ length: 40 }, (_, n) => changeModelStates(db, n % 2 === 0 ? KEYS : [...KEYS].reverse(), addOne))
    await Promise.all(changes)
    expect(await readModelStates(db, [...KEYS, 'p/unknown'])).toEqual(new Map(KEYS.map((key) => [key, 40])))
    expect(await readModelStates(db, [])).toEqual(new Map())
  })

  it('are changed for each asker in turn, also when two nodes ask together', async () => {
    const { db } = await freshDatabase()
    const nodes = [createModelStates(db), createModelStates(db)]
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

  it('stay as they were when a change breaks, and can be changed after', async () => {
    const { db } = await freshDatabase()
    const states = createModelStates(db)
    const broken = states.change('p/a', () => {
      throw new Error('a defect')
    })
    await expect(broken).rejects.toThrow('a defect')
    expect(await states.change('p/a', (state) => ({ state, told: state }))).toEqual(initialModelState)
  })
})
