import { describe, expect, it, onTestFinished } from 'vitest'
import { type Connection, connect } from '../../src/db/connect.ts'
import type { CopyIn } from '../../src/db/copy-in.ts'
import type { Patience } from '../../src/db/patience.ts'
import { isConnectionError } from '../../src/domain/connection-errors.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { createManualClock } from '../support/manual-clock.ts'

const COPY = 'copy numbers from stdin'
const MS = 20_000

const bytesOf = (...numbers: number[]) => Buffer.from(numbers.map((number) => `${number}\n`).join(''))

const failure = (done: Promise<unknown>) =>
  done.then(
    () => null,
    (error: unknown) => error,
  )

async function withNumbers(): Promise<TestDatabase> {
  const database = await freshDatabase()
  await database.sql`create table numbers (number int primary key)`
  return database
}

function copierOf(url: string, copies: number, patience?: Patience): CopyIn {
  const { sql, copyIn } = connect(url, { max: 1, copies, applicationName: 'copying', ...(patience === undefined ? {} : { patience }) })
  onTestFinished(() => sql.end({ timeout: 1 }))
  if (copyIn === null) throw new Error('no copies here')
  return copyIn
}

async function throughProxy({ tcpUrl }: TestDatabase) {
  const proxy = await startCuttingProxy(tcpUrl)
  const url = new URL(tcpUrl)
  url.host = new URL(proxy.url).host
  return { proxy, copyIn: copierOf(url.href, 1) }
}

async function numbersIn({ sql }: Connection): Promise<number[]> {
  return (await sql<{ number: number }[]>`select number from numbers order by number`).map(({ number }) => number)
}

describe('COPY', () => {
  it('has stored its rows when it resolves, however many come at once', async () => {
    const database = await withNumbers()
    const copyIn = copierOf(database.url, 2)
    await Promise.all(Array.from({ length: 9 }, (_, n) => copyIn(COPY, bytesOf(2 * n, 2 * n + 1))))
    expect(await numbersIn(database)).toEqual(Array.from({ length: 18 }, (_, n) => n))
  })

  it('is refused whole for one row, and the next one is not', async () => {
    const database = await withNumbers()
    const copyIn = copierOf(database.url, 1)
    await copyIn(COPY, bytesOf(1))
    expect(await failure(copyIn(COPY, bytesOf(2, 1)))).toMatchObject({ code: '23505' })
    expect(await failure(copyIn('copy nothing from stdin', bytesOf(3)))).toMatchObject({ code: '42P01' })
    await copyIn(COPY, bytesOf(4))
    expect(await numbersIn(database)).toEqual([1, 4])
  })

  it.each([
    { when: 'before it may begin', sign: 'G', stored: [] },
    { when: 'before its end is told', sign: 'COPY 1', stored: [1] },
  ])('fails when its connection is lost $when, and the next one does not', async ({ sign, stored }) => {
    const database = await withNumbers()
    const { proxy, copyIn } = await throughProxy(database)
    await copyIn(COPY, bytesOf(0))
    proxy.onAnswer((bytes) => (bytes.includes(sign) ? 'cut' : 'pass'))
    expect(isConnectionError(await failure(copyIn(COPY, bytesOf(1))))).toBe(true)
    proxy.onAnswer(() => 'pass')
    await copyIn(COPY, bytesOf(2))
    expect(await numbersIn(database)).toEqual([0, ...stored, 2])
  })

  it('that is refused in the very moment it may begin fails, and takes nothing with it', async () => {
    const { proxy, copyIn } = await throughProxy(await withNumbers())
    await copyIn(COPY, bytesOf(0))
    const fields = Buffer.from('SERROR\0C57014\0Mcanceled\0\0')
    const refusal = Buffer.concat([Buffer.from([0x45, 0, 0, 0, fields.length + 4]), fields, Buffer.from('Z\0\0\0\x05I')])
    proxy.onAnswer((bytes) => (bytes.includes('G') ? Buffer.concat([bytes, refusal]) : 'pass'))
    expect(await failure(copyIn(COPY, bytesOf(1)))).toMatchObject({ code: '57014' })
  })

  it('is not waited for for ever, and not carried out when it was given up before its turn', async () => {
    const clock = createManualClock()
    const database = await withNumbers()
    await database.sql`create table others (number int primary key)`
    const copyIn = copierOf(database.url, 1, { clock, ms: MS })
    const [held, locked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holding = database.sql.begin(async (tx) => {
      await tx`lock table numbers in access exclusive mode`
      locked.resolve()
      await held.promise
    })
    await locked.promise
    const waiting = [failure(copyIn(COPY, bytesOf(1))), failure(copyIn(COPY, bytesOf(2)))]
    await clock.advance(MS)
    expect((await Promise.all(waiting)).map(isConnectionError)).toEqual([true, true])
    // The connection of the first is as silent as before.
    await copyIn('copy others from stdin', bytesOf(5))
    held.resolve()
    await holding
    await copyIn(COPY, bytesOf(3))
    expect(await numbersIn(database)).toEqual([3])
  })
})
