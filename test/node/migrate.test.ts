import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { loadMigrations } from '../../src/node/load-migrations.ts'
import { freshDatabase } from '../support/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'pentimento-migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('loadMigrations', () => {
  it('reads the files in the order of the journal, and which of them are breaking', async () => {
    const files = {
      '0000_first': 'create table a ();',
      '0001_rename': '-- breaking\nalter table a rename to b;',
      '0002_late_word': 'select 1;\n-- breaking',
    }
    mkdirSync(join(folder, 'meta'))
    const entries = Object.keys(files).map((tag, idx) => ({ idx, tag }))
    writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ entries: entries.toReversed() }))
    for (const [tag, statements] of Object.entries(files)) writeFileSync(join(folder, `${tag}.sql`), statements)
    const migrations = await loadMigrations(folder)
    expect(migrations.map(({ tag, breaking }) => ({ tag, breaking }))).toEqual([
      { tag: '0000_first', breaking: false },
      { tag: '0001_rename', breaking: true },
      { tag: '0002_late_word', breaking: false },
    ])
    expect(new Set(migrations.map(({ hash }) => hash)).size).toBe(3)
  })
})

describe('npm run migrate', () => {
  const migrateNow = async (url: string) => {
    const program = join(import.meta.dirname, '../../src/node/migrate.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env: { ...process.env, DATABASE_URL: url } })
    return JSON.parse(stdout)
  }

  it('brings an empty database up to date, says so, and does nothing the second time', async () => {
    const { url, sql } = await freshDatabase()
    await sql`drop schema public cascade`
    await sql`create schema public`
    const tags = (await loadMigrations()).map(({ tag }) => tag)
    expect(await migrateNow(url)).toMatchObject({ event: 'migrate.done', applied: tags.join(' '), known: tags.length })
    expect(await migrateNow(url)).toMatchObject({ event: 'migrate.done', applied: '' })
  })

  it('fails with one line that says why, and no password', async () => {
    const failure = await migrateNow('postgres://someone:hunter2@127.0.0.1:1/none').catch(
      (error: { code: number; stdout: string }) => error,
    )
    expect(failure.code).toBe(1)
    expect(JSON.parse(failure.stdout)).toMatchObject({ event: 'migrate.failed', reason: expect.stringContaining('ECONNREFUSED') })
    expect(failure.stdout).not.toContain('hunter2')
  })
})
