/** States of models shared by all nodes: read freely, and changed by whoever knows how they are, or under their row's lock. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

export interface KnownState {
  /** Null: nobody has written it. */
  state: unknown
  /** Who wrote this state (`xmin`); null: there is no row. */
  mark: string | null
}

export const UNWRITTEN: KnownState = Object.freeze({ state: null, mark: null })

/** By key; keys without a row are left out. */
export async function readModelStates(db: Database, keys: readonly string[]): Promise<Map<string, KnownState>> {
  if (keys.length === 0) return new Map()
  const list = sql.join(
    keys.map((key) => sql`${key}`),
    sql`, `,
  )
  const rows = await db.execute<{ key: string; state: string; mark: string }>(
    sql`select key, state::text as state, xmin::text as mark from model_states where key in (${list})`,
  )
  return new Map(rows.map(({ key, state, mark }) => [key, { state: JSON.parse(state) as unknown, mark }]))
}

/**
 * Puts `state` where `known` was, in one statement; null when another was quicker. Neither this nor `changeModelState` waits for
 * the disk: these states are derived from the ledger, and a crash that loses the last instant of them loses no turn and no money.
 */
export async function replaceModelState(db: Database, key: string, known: KnownState, state: unknown): Promise<KnownState | null> {
  const json = JSON.stringify(state)
  const rows = await db.execute<{ mark: string }>(
    known.mark === null
      ? sql`
        with hurry as materialized (select set_config('synchronous_commit', 'off', true))
        insert into model_states (key, state) select ${key}, ${json}::jsonb from hurry on conflict do nothing returning xmin::text as mark`
      : sql`
        with hurry as materialized (select set_config('synchronous_commit', 'off', true))
        update model_states set state = ${json}::jsonb from hurry where key = ${key} and model_states.xmin::text = ${known.mark}
        returning model_states.xmin::text as mark`,
  )
  return rows[0] === undefined ? null : { state, mark: rows[0].mark }
}

/** Locks the row (making it, if it is missing), and stores what `change` makes of its state. */
export async function changeModelState(db: Database, key: string, change: (state: unknown) => unknown): Promise<KnownState> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`set local synchronous_commit = off`)
    let [row] = await lockState(tx, key)
    if (row === undefined) {
      await tx.execute(sql`insert into model_states (key, state) values (${key}, 'null'::jsonb) on conflict do nothing`)
      ;[row] = await lockState(tx, key)
    }
    const state = change(row === undefined ? null : (JSON.parse(row.state) as unknown))
    const [written] = await tx.execute<{ mark: string }>(
      sql`update model_states set state = ${JSON.stringify(state)}::jsonb where key = ${key} returning xmin::text as mark`,
    )
    return { state, mark: written?.mark ?? null }
  })
}

function lockState(tx: Database, key: string) {
  return tx.execute<{ state: string }>(sql`select state::text as state from model_states where key = ${key} for update`)
}
