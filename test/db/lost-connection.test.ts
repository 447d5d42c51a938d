/** Most of what these guard against ends the process unless `patches/` has been applied to postgres.js. */
import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { type Connection, connect } from '../../src/db/connect.ts'
import { settings } from '../../src/db/schema.ts'
import { isConnectionError } from '../../src/domain/connection-errors.ts'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'

/** The database's address by way of a proxy. */
async function before({ tcpUrl }: TestDatabase): Promise<{ proxy: CuttingProxy; url: string }> {
  const proxy = await startCuttingProxy(tcpUrl)
  const url = new URL(tcpUrl)
  url.host = new URL(proxy.url).host
  return { proxy, url: url.href }
}

async function through(database: TestDatabase): Promise<{ proxy: CuttingProxy; connection: Connection }> {
  const { proxy, url } = await before(database)
  const connection = connect(url, { max: 1, applicationName: 'lost' })
  onTestFinished(() => connection.sql.end({ timeout: 1 }))
  return { proxy, connection }
}

const failure = (done: Promise<unknown>) =>
  done.then(
    () => null,
    (error: unknown) => error,
  )

test('a transaction whose connection is lost fails whole: nothing of it is done on the next connection', async () => {
  const database = await freshDatabase({ max: 2 })
  const { connection } = await through(database)
  const lost = Promise.withResolvers<void>()
  const late: unknown[] = []
  const failed = await failure(
    connection.db.transaction(async (tx) => {
      await tx.insert(settings).values({ key: 'first', value: 'x' })
      const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await database.sql`select pg_terminate_backend(${row?.pid ?? 0})`
      // Work of another kind, in the midst of which the connection goes.
      await lost.promise
      late.push(await failure(tx.insert(settings).values({ key: 'second', value: 'x' }).execute()))
      throw late[0]
    }),
  )
  expect(isConnectionError(failed)).toBe(true)
  // The connection is made anew, by another transaction, before the first goes on.
  await connection.db.transaction(async (tx) => {
    lost.resolve()
    await tx.insert(settings).values({ key: 'third', value: 'x' })
    while (late.length === 0) await setImmediate()
  })
  expect(isConnectionError(late[0])).toBe(true)
  expect(await database.sql`select key from settings`).toEqual([{ key: 'third' }])
})

test('a transaction in mid-statement fails like a lost connection, and the next one works', async () => {
  const database = await freshDatabase({ max: 2 })
  const { proxy, connection } = await through(database)
  const failed = failure(connection.db.transaction((tx) => tx.execute(sql`select pg_sleep(60)`)))
  const sleeping = () => database.sql`select from pg_stat_activity where application_name = 'lost' and wait_event = 'PgSleep'`
  while ((await sleeping()).length === 0) await setImmediate()
  proxy.cut()
  expect(isConnectionError(await failed)).toBe(true)
  await connection.db.transaction((tx) => tx.insert(settings).values({ key: 'after', value: 'x' }))
  expect(await connection.db.select().from(settings)).toHaveLength(1)
})

test('a connection lost while it is being set up takes nothing with it but the statement it was for', async () => {
  const { proxy, connection } = await through(await freshDatabase({ max: 1 }))
  let resets = 1
  proxy.onAnswer((bytes) => (bytes.includes('typarray') && resets-- > 0 ? 'reset' : 'pass'))
  expect(isConnectionError(await failure(connection.db.execute(sql`select 1`)))).toBe(true)
  expect(await connection.sql`select ${['a', 'b']}::text[] as list`).toEqual([{ list: ['a', 'b'] }])
})

test('what the server said of a connection it ended is not said of the next one', async () => {
  const database = await freshDatabase({ max: 2 })
  const { connection } = await through(database)
  const [row] = await connection.sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  const asleep = failure(connection.sql`select pg_sleep(60)`.execute())
  await setImmediate()
  await database.sql`select pg_terminate_backend(${row?.pid ?? 0})`
  expect(await asleep).not.toBeNull()
  expect(await connection.sql`select 1 as one`).toEqual([{ one: 1 }])
})

test('what a lost connection had begun to answer is no part of the next answer', async () => {
  const { proxy, url } = await before(await freshDatabase({ max: 1 }))
  const { sql: client } = connect(url, { max: 1, applicationName: 'lost', arrays: false })
  onTestFinished(() => client.end({ timeout: 1 }))
  await client`select 1`
  let bytesLeft = 200_000
  proxy.onAnswer((bytes) => {
    bytesLeft -= bytes.length
    return bytesLeft > 0 ? 'pass' : 'cut'
  })
  expect(isConnectionError(await failure(client`select repeat('x', 1000) as row from generate_series(1, 1000)`))).toBe(true)
  proxy.onAnswer(() => 'pass')
  expect([...(await client`select 7 as seven`)]).toEqual([{ seven: 7 }])
})

test('a connection that cannot be set up fails the statement it was for, and no other', async () => {
  const database = await freshDatabase({ max: 2 })
  const held = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = database.sql.begin(async (tx) => {
    await tx`lock table pg_catalog.pg_type in access exclusive mode`
    locked.resolve()
    await held.promise
  })
  await locked.promise
  const url = new URL(database.url)
  url.searchParams.set('lock_timeout', '200')
  const { sql: client } = connect(url.href, { max: 1, applicationName: 'lost' })
  onTestFinished(() => client.end({ timeout: 1 }))
  const [first, ...others] = [1, 2, 3].map((n) => failure(client`select ${n}::int as n`.execute()))
  expect(await first).toMatchObject({ code: '55P03' })
  held.resolve()
  await holding
  for (const other of await Promise.all(others)) expect(other === null || isConnectionError(other)).toBe(true)
})

test('a server that refused a crowd while it was away is reached soon after it is back', { timeout: 9_000 }, async () => {
  const { proxy, url } = await before(await freshDatabase({ max: 1 }))
  const door = createServer((client) => {
    const { hostname, port } = new URL(proxy.url)
    const inside = connectTo(Number(port), hostname)
    client.pipe(inside).pipe(client)
    for (const socket of [client, inside]) socket.on('error', () => undefined)
  })
  const open = async (port: number) => {
    door.listen(port, '127.0.0.1')
    await once(door, 'listening')
    return (door.address() as AddressInfo).port
  }
  const port = await open(0)
  door.close()
  const address = new URL(url)
  address.port = String(port)
  const { sql: client } = connect(address.href, { max: 12, applicationName: 'lost' })
  onTestFinished(async () => {
    await client.end({ timeout: 0 })
    door.close()
  })
  // By the driver's own reckoning, ten seconds to wait at the least.
  const refused = await Promise.all(Array.from({ length: 12 }, () => failure(client`select 1`.execute())))
  expect(refused.every(isConnectionError)).toBe(true)
  await open(port)
  const answers = await Promise.all(Array.from({ length: 12 }, async () => [...(await client`select 1 as one`)]))
  expect(answers).toEqual(Array.from({ length: 12 }, () => [{ one: 1 }]))
})
