import { inspect } from 'node:util'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { freshDatabase } from '../support/database.ts'

const secret = 'hunter2-hunter2'

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('it should have failed')
}

describe('connect', () => {
  it('gives int8 as number while it is exact and as bigint beyond, numeric as text, bytea as bytes, and takes arrays', async () => {
    const { sql } = await freshDatabase()
    const [row] = await sql`
      select count(*) as count, ${2 ** 53 - 1}::int8 as most, ${2n ** 53n}::int8 as beyond, 0.1::numeric as price,
        ${Buffer.from([1, 255])}::bytea as bytes, ${['a', 'b']}::text[] as list from (values (1), (2)) as two`
    expect(row).toMatchObject({ count: 2, most: 2 ** 53 - 1, beyond: 2n ** 53n, price: '0.1', list: ['a', 'b'] })
    expect(row?.bytes).toBeInstanceOf(Uint8Array)
    expect([...(row?.bytes ?? [])]).toEqual([1, 255])
  })

  it('works without prepared statements, as behind Hyperdrive, by socket and by TCP', async () => {
    const { url, tcpUrl } = await freshDatabase()
    for (const each of [url, tcpUrl]) {
      const { sql } = connect(each, { max: 1, applicationName: 'poolless', prepare: false, arrays: false })
      const [row] = await sql`select ${1}::int8 as one, current_setting('application_name') as name`
      expect(row).toEqual({ one: 1, name: 'poolless' })
      expect(await sql`select from pg_prepared_statements`).toHaveLength(0)
      await sql.end()
    }
  })

  it('prepares what drizzle sends, in transactions and savepoints too', async () => {
    const { url } = await freshDatabase()
    const { sql: client, db } = connect(url, { max: 1, applicationName: 'preparing' })
    const prepared = sql`select statement from pg_prepared_statements where statement like 'select $1::int%' order by prepare_time`
    const names = (rows: readonly Record<string, unknown>[]) => rows.map(({ statement }) => String(statement).split(' ').at(-1))
    await db.execute(sql`select ${1}::int as outside`)
    expect(names(await db.execute(prepared))).toEqual(['outside'])
    await db.transaction(async (tx) => {
      await tx.execute(sql`select ${1}::int as inside`)
      await tx.transaction((savepoint) => savepoint.execute(sql`select ${1}::int as within`))
      expect(names(await tx.execute(prepared))).toEqual(['inside', 'within'])
    })
    await client.end()
  })

  it('says nothing of the password when the URL is bad, refused or unreachable', async () => {
    const { tcpUrl } = await freshDatabase()
    const wrong = new URL(tcpUrl)
    wrong.password = secret
    const unreachable = `postgres://someone:${secret}@127.0.0.1:1/none`
    const bad = [`postgres://someone:${secret}@host:not-a-port/none`, `mysql://someone:${secret}@host/none`]
    const failures = await Promise.all(
      [...bad, unreachable, wrong.href].map((url) =>
        failureOf(() => connect(url, { max: 1, applicationName: 'test', connectTimeoutMs: 2_000 }).sql`select 1`),
      ),
    )
    expect(failures.map((failure) => inspect(failure, { depth: 6, showHidden: true }).includes(secret))).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(failures[0]).toMatchObject({ message: expect.stringContaining('cannot be read') })
  })

  it('makes no noise of a notice', async () => {
    const { sql } = await freshDatabase()
    await sql`drop table if exists never_there`
  })
})
