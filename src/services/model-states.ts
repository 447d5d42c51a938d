/**
 * The shared state of each (endpoint project, model), kept in Postgres so that many nodes act as one. Changes a node wants of
 * one state at the same moment are made together, one after the other, in one statement: under load, a fraction of one a turn.
 */
import type { Database } from '../db/connect.ts'
import { changeModelState, type KnownState, readModelStates, replaceModelState, UNWRITTEN } from '../db/model-state-queries.ts'
import type { Clock } from '../domain/ports.ts'
import { initialModelState, type ModelState } from '../engine/model-state.ts'

/** Given the state as it is, what it becomes and what the asker is told. Must be pure: it may be run again. */
export type StateChange<Told> = (state: ModelState) => { state: ModelState; told: Told }

export interface ModelStates {
  /**
   * The states of these keys, as they are now or were at most `ageMaxMs` ago (default 0); a key nobody has written is as new. What
   * is decided on an old one costs a round when it turns out otherwise: `change` always works on the state as it is.
   */
  read(keys: readonly string[], ageMaxMs?: number): Promise<Record<string, ModelState>>
  change<Told>(key: string, change: StateChange<Told>): Promise<Told>
}

interface Wanted {
  run: (state: ModelState) => ModelState
  settle: () => void
  fail: (error: unknown) => void
}

export function createModelStates(db: Database, clock: Clock): ModelStates {
  /** As last read or written here, and when. Another node may have changed it since, which the write then notices. */
  const known = new Map<string, KnownState & { atMs: number }>()
  const wanted = new Map<string, Wanted[]>()
  /** How often each was written here: what was read before a write is older than what is known. */
  const writes = new Map<string, number>()

  async function store(key: string, change: (state: unknown) => ModelState): Promise<KnownState> {
    const before = known.get(key) ?? UNWRITTEN
    return (await replaceModelState(db, key, before, change(before.state))) ?? changeModelState(db, key, change)
  }

  async function workOff(key: string): Promise<void> {
    for (let batch = wanted.get(key) ?? []; batch.length > 0; batch = wanted.get(key) ?? []) {
      wanted.set(key, [])
      const together = batch
      try {
        const stored = await store(key, (state) => together.reduce((changed, one) => one.run(changed), toState(state)))
        known.set(key, { ...stored, atMs: clock.nowMs() })
        writes.set(key, (writes.get(key) ?? 0) + 1)
        for (const one of together) one.settle()
      } catch (error) {
        for (const one of together) one.fail(error)
      }
    }
    wanted.delete(key)
  }

  return {
    read: async (keys, ageMaxMs = 0) => {
      const atMs = clock.nowMs()
      const old = keys.filter((key) => atMs - (known.get(key)?.atMs ?? 0) >= ageMaxMs)
      const before = new Map(old.map((key) => [key, writes.get(key)]))
      const stored = await readModelStates(db, old)
      for (const key of old) if (writes.get(key) === before.get(key)) known.set(key, { ...(stored.get(key) ?? UNWRITTEN), atMs })
      return Object.fromEntries(keys.map((key) => [key, toState(known.get(key)?.state)]))
    },
    change: <Told>(key: string, change: StateChange<Told>) =>
      new Promise<Told>((resolve, reject) => {
        let told: Told
        const one: Wanted = {
          run: (state) => {
            const changed = change(state)
            told = changed.told
            return changed.state
          },
          settle: () => resolve(told),
          fail: reject,
        }
        const waiting = wanted.get(key)
        wanted.set(key, [...(waiting ?? []), one])
        if (waiting === undefined) void workOff(key)
      }),
  }
}

function toState(stored: unknown): ModelState {
  return (stored as ModelState | null | undefined) ?? initialModelState
}
