import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { settings } from '../../src/db/schema.ts'
import { freshDatabase } from '../support/database.ts'

/** What postgres.js sends ahead on a connection before it looks for another. */
const PIPELINE = 100
const CONNECTIONS = 2

test('transactions keep to themselves however long the line of statements: each commits its own, and none is left open', async () => {
  const { url, sql: outside } = await freshDatabase({ max: 1 })
  const { db, sql: client } = connect(url, { max: CONNECTIONS, applicationName: 'crowd' })
  onTestFinished(() => client.end({ timeout: 1 }))
  const failed: unknown[] = []
  let begun = 0
  // Whichever place in the line a `begin` comes to, the last one included.
  for (let ahead = CONNECTIONS * (PIPELINE - 3); ahead <= CONNECTIONS * PIPELINE; ahead++) {
    const held = Array.from({ length: CONNECTIONS }, () => client.unsafe('select pg_sleep(0.05)').execute())
    const line = Array.from({ length: ahead }, () => client.unsafe('select 1').execute())
    await setImmediate()
    const together = Array.from({ length: 3 }, () => {
      const key = `together ${begun}`
      begun += 1
      return db.transaction((tx) => tx.insert(settings).values({ key, value: 'x' }).execute())
    })
    const all = await Promise.allSettled([...held, ...line, ...together])
    failed.push(...all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])))
  }
  expect(failed).toEqual([])
  const [seen] = await outside<{ count: number }[]>`select count(*)::int as count from settings`
  expect(seen?.count).toBe(begun)
  expect(await outside`select from pg_stat_activity where application_name = 'crowd' and state = 'idle in transaction'`).toHaveLength(0)
})
