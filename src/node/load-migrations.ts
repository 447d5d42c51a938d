/** Reads `migrations/` as drizzle-kit writes it: the journal's order, one SQL file for each entry. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Migration } from '../db/migrate.ts'

const journalSchema = z.object({ entries: z.array(z.object({ idx: z.number(), tag: z.string() })) })

/** @param folder default: the project's own `migrations/` */
export async function loadMigrations(folder = join(import.meta.dirname, '../../migrations')): Promise<Migration[]> {
  const journal = journalSchema.parse(JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')))
  const inOrder = journal.entries.toSorted((a, b) => a.idx - b.idx)
  return await Promise.all(inOrder.map(({ tag }) => loadMigration(folder, tag)))
}

async function loadMigration(folder: string, tag: string): Promise<Migration> {
  const statements = await readFile(join(folder, `${tag}.sql`), 'utf8')
  const hash = createHash('sha256').update(statements).digest('hex')
  return { tag, hash, breaking: /^-- breaking\s*$/m.exec(statements)?.index === 0, statements }
}
