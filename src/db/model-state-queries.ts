/** States of models shared by all nodes: read freely, changed under row locks taken in order. */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'

/** By key; keys without a row are left out. */
export async function readModelStates(db: Database, keys: readonly string[]): Promise<Map<string, unknown>> {
  if (keys.length === 0) return new Map()
  const rows = await db.execute<{ key: string; state: string }>(
    sql`select key, state::text as state from model_states where key in (${list(keys)})`,
  )
  return new Map(rows.map((row) => [row.key, JSON.parse(row.state) as unknown]))
}

/**
 * Locks the rows of `keys` (making those that are missing), and stores what `change` makes of each. The commit does not wait for
 * the disk: this state is derived from the ledger, and a crash that loses the last instant of it loses no turn and no money.
 */
export async function changeModelStates(
  db: Database,
  keys: readonly string[],
  change: (key: string, state: unknown | null) => unknown,
): Promise<void> {
  const inOrder = [...keys].sort()
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local synchronous_commit = off`)
    let rows = await lockStates(tx, inOrder)
    if (rows.length < inOrder.length) {
      const fresh = inOrder.map((key) => ({ key, state: null }))
      await tx.execute(sql`
        insert into model_states (key, state) select key, coalesce(state, 'null'::jsonb)
        from json_to_recordset(${JSON.stringify(fresh)}::json) as new(key text, state jsonb) on conflict do nothing`)
      rows = await lockStates(tx, inOrder)
    }
    const changed = rows.map((row) => ({ key: row.key, state: change(row.key, JSON.parse(row.state) as unknown) }))
    await tx.execute(sql`
      update model_states set state = new.state
      from json_to_recordset(${JSON.stringify(changed)}::json) as new(key text, state jsonb) where model_states.key = new.key`)
  })
}

function lockStates(tx: Database, inOrder: readonly string[]) {
  return tx.execute<{ key: string; state: string }>(sql`
    select key, state::text as state from model_states where key in (${list(inOrder)}) order by key for update`)
}

function list(keys: readonly string[]) {
  return sql.join(
    keys.map((key) => sql`${key}`),
    sql`, `,
  )
}
