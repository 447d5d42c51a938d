import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { loadMigrations } from '../../src/node/load-migrations.ts'
import { freshDatabase } from '../support/database.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../src/node/migrate.ts')

it('lets ten processes migrate an empty database at once: each step is applied by one, and all succeed', async () => {
  const { url, sql } = await freshDatabase()
  await sql`drop schema public cascade`
  await sql`create schema public`
  const env = { ...process.env, DATABASE_URL: url }
  const outputs = await Promise.all(Array.from({ length: 10 }, () => run(process.execPath, [program], { env })))
  const applied = outputs.map(({ stdout }) => JSON.parse(stdout).applied as string).flatMap((tags) => tags.split(' ').filter(Boolean))
  expect(applied.toSorted()).toEqual((await loadMigrations()).map(({ tag }) => tag))
})
