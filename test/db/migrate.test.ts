import { describe, expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { type Migration, migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { freshDatabase } from '../support/database.ts'

const step = (tag: string, statements: string, breaking = false): Migration => ({
  tag,
  hash: `hash of ${statements}`,
  breaking,
  statements,
})

const first = step('9000_first', 'create table fruits (name text);\n--> statement-breakpoint\ncreate index fruit_names on fruits (name);')
const second = step('9001_second', 'alter table fruits add column colour text;')

async function unmigrated() {
  const { sql, url } = await freshDatabase()
  await sql`delete from schema_migrations`
  return { sql, url }
}

describe('migrate', () => {
  it('applies what is missing, in order and once', async () => {
    const { sql } = await unmigrated()
    expect(await migrate(sql, [first])).toEqual(['9000_first'])
    expect(await migrate(sql, [first, second])).toEqual(['9001_second'])
    expect(await migrate(sql, [first, second])).toEqual([])
    await sql`insert into fruits (name, colour) values ('plum', 'blue')`
  })

  it('lets a crowd of ten start at once: one applies each step, all go on', async () => {
    const { sql, url } = await unmigrated()
    await sql`drop table schema_migrations`
    const slow = step('9000_first', `select pg_sleep(0.1); ${first.statements}`)
    const crowd = Array.from({ length: 10 }, () => connect(url, { max: 1, applicationName: 'crowd' }))
    await Promise.all(crowd.map((one) => one.sql`select 'connected'`))
    const done = await Promise.all(crowd.map((one) => migrate(one.sql, [slow, second])))
    await Promise.all(crowd.map((one) => one.sql.end()))
    expect(done.flat().sort()).toEqual(['9000_first', '9001_second'])
  })

  it('leaves nothing of a step that fails, and goes on from there when it is mended', async () => {
    const { sql } = await unmigrated()
    const broken = step('9001_second', 'alter table fruits add column colour text; select 1 / 0;')
    await expect(migrate(sql, [first, broken])).rejects.toThrow(/9001_second.*division by zero/)
    expect(await migrate(sql, [first, second])).toEqual(['9001_second'])
  })

  it('refuses a step that was changed after it was applied', async () => {
    const { sql } = await unmigrated()
    await migrate(sql, [first])
    await expect(migrate(sql, [{ ...first, hash: 'other' }])).rejects.toThrow('migration 9000_first was changed')
  })

  it('runs on a newer schema whose unknown steps only add', async () => {
    const { sql } = await unmigrated()
    await migrate(sql, [first, second])
    expect(await migrate(sql, [first])).toEqual([])
  })

  it('refuses a newer schema with a breaking step it does not know, and only then', async () => {
    const { sql } = await unmigrated()
    const breaking = step('9001_rename', 'alter table fruits rename to plants;', true)
    await migrate(sql, [first, breaking])
    expect(await migrate(sql, [first, breaking])).toEqual([])
    await expect(migrate(sql, [first])).rejects.toThrow('breaking migration 9001_rename')
  })
})

describe('pendingMigrations', () => {
  it('tells what would be applied, and applies nothing, also where no migration ever was', async () => {
    const { sql } = await unmigrated()
    await sql`drop table schema_migrations`
    expect(await pendingMigrations(sql, [first, second])).toEqual(['9000_first', '9001_second'])
    expect(await migrate(sql, [first])).toEqual(['9000_first'])
    expect(await pendingMigrations(sql, [first, second])).toEqual(['9001_second'])
    expect(await migrate(sql, [first, second])).toEqual(['9001_second'])
  })

  it('refuses what migrate would refuse', async () => {
    const { sql } = await unmigrated()
    await migrate(sql, [first])
    await expect(pendingMigrations(sql, [{ ...first, hash: 'other' }])).rejects.toThrow('migration 9000_first was changed')
  })
})
