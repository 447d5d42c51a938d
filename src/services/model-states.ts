/**
 * The shared state of each (endpoint project, model), kept in Postgres so that many nodes act as one. Changes a node wants at
 * the same moment are made in one transaction, one after the other on the locked row: under load, a fraction of a statement a turn.
 */

import type { Database } from '../db/connect.ts'
import { changeModelStates, readModelStates } from '../db/model-state-queries.ts'
import { initialModelState, type ModelState } from '../engine/model-state.ts'

/** Given the state as it is, what it becomes and what the asker is told. Must be pure: it may be run again. */
export type StateChange<Told> = (state: ModelState) => { state: ModelState; told: Told }

export interface ModelStates {
  /** The states of these keys as they are now; a key nobody has written is as new. */
  read(keys: readonly string[]): Promise<Record<string, ModelState>>
  change<Told>(key: string, change: StateChange<Told>): Promise<Told>
}

interface Wanted {
  key: string
  run: (state: ModelState) => ModelState
  settle: () => void
  fail: (error: unknown) => void
}

export function createModelStates(db: Database): ModelStates {
  let wanted: Wanted[] = []
  let busy = false

  async function workOff(): Promise<void> {
    if (busy) return
    busy = true
    while (wanted.length > 0) {
      const batch = wanted
      wanted = []
      try {
        await changeModelStates(db, [...new Set(batch.map(({ key }) => key))], (key, stored) =>
          batch.filter((one) => one.key === key).reduce((state, one) => one.run(state), (stored as ModelState | null) ?? initialModelState),
        )
        for (const one of batch) one.settle()
      } catch (error) {
        for (const one of batch) one.fail(error)
      }
    }
    busy = false
  }

  return {
    read: async (keys) => {
      const stored = await readModelStates(db, keys)
      return Object.fromEntries(keys.map((key) => [key, (stored.get(key) as ModelState | undefined) ?? initialModelState]))
    },
    change: <Told>(key: string, change: StateChange<Told>) =>
      new Promise<Told>((resolve, reject) => {
        let told: Told
        wanted.push({
          key,
          run: (state) => {
            const changed = change(state)
            told = changed.told
            return changed.state
          },
          settle: () => resolve(told),
          fail: reject,
        })
        void workOff()
      }),
  }
}
