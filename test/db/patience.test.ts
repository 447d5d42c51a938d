import { createServer } from 'node:net'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { type Connection, connect } from '../../src/db/connect.ts'
import { settings } from '../../src/db/schema.ts'
import { isConnectionError } from '../../src/domain/connection-errors.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'

const MS = 20_000

/** A server that takes connections and never says a word. */
async function silentServer(clock: ManualClock): Promise<Connection> {
  const server = createServer((socket) => void socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const options = { max: 1, applicationName: 'test', connectTimeoutMs: 3_600_000, patience: { clock, ms: MS } }
  const connection = connect(`postgres://nobody@127.0.0.1:${address.port}/nothing`, options)
  onTestFinished(async () => {
    await connection.sql.end({ timeout: 0 })
    server.close()
  })
  return connection
}

test('a statement that is never answered fails like a lost connection, and not before its time', async () => {
  const clock = createManualClock()
  const { db } = await silentServer(clock)
  let failed: unknown = null
  const asked = db.execute(sql`select 1`).catch((error: unknown) => {
    failed = error
  })
  await clock.untilSleeping()
  await clock.advance(MS - 1)
  expect(failed).toBeNull()
  await clock.advance(1)
  await asked
  expect(isConnectionError(failed)).toBe(true)
})

test('a transaction that cannot begin fails likewise, and its work is never done', async () => {
  const clock = createManualClock()
  const { db } = await silentServer(clock)
  let worked = false
  const asked = db
    .transaction(async () => {
      worked = true
    })
    .then(
      () => null,
      (error: unknown) => error,
    )
  await clock.untilSleeping()
  await clock.advance(MS)
  expect(isConnectionError(await asked)).toBe(true)
  expect(worked).toBe(false)
})

test('with patience, rows come as without, and nothing is left waiting', async () => {
  const clock = createManualClock()
  const { url } = await freshDatabase({ max: 1 })
  const { db, sql: client } = connect(url, { max: 2, applicationName: 'test', patience: { clock, ms: MS } })
  onTestFinished(() => client.end({ timeout: 1 }))
  await db.transaction(async (tx) => {
    await tx.insert(settings).values({ key: 'a', value: 'b' })
    await tx.execute(sql`update settings set value = 'c'`)
  })
  expect(await db.select().from(settings)).toEqual([{ key: 'a', value: 'c' }])
  expect(await db.execute(sql`select value from settings`)).toEqual([{ value: 'c' }])
  await expect(db.execute(sql`select nothing`)).rejects.toThrow()
  await expect(db.transaction(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
  expect(clock.wakesAtMs()).toEqual([])
})
