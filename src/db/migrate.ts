/** Brings a database's schema to this program's version, while others do the same. */
import type { Sql } from './connect.ts'

/** One file of `migrations/`. */
export interface Migration {
  /** The file's name without `.sql`, as in drizzle's journal: `0003_add_alerts`. */
  tag: string
  /** Hex SHA-256 of the file. */
  hash: string
  /** True when its first line is `-- breaking`: programs that do not know it must not run on what it leaves. */
  breaking: boolean
  statements: string
}

interface AppliedMigration {
  tag: string
  hash: string
  breaking: boolean
}

/** Any 64-bit number, the same for all processes: 'pentimen' in ASCII. */
const lockKey = '8099000951159743854'

/**
 * Applies the migrations that are missing, in order, each in a transaction of its own that first takes one lock for all:
 * of a crowd that starts at once one applies it and the others then find it applied. The lock ends with the transaction,
 * so that it works through a pooler and nobody can die holding it. (drizzle's own migrator takes no lock.)
 *
 * @returns the tags applied by this call
 * @throws Error when an applied migration was changed since, or when the schema is newer and a breaking step ahead of us
 */
export async function migrate(sql: Sql, migrations: readonly Migration[]): Promise<string[]> {
  await createLedger(sql)
  const applied = new Map((await readLedger(sql)).map((row) => [row.tag, row]))
  refuseNewerSchema([...applied.values()], migrations)
  const done: string[] = []
  for (const migration of migrations) {
    const before = applied.get(migration.tag)
    if (before !== undefined) requireSame(before, migration)
    else if (await applyOnce(sql, migration)) done.push(migration.tag)
  }
  return done
}

/**
 * The tags that `migrate` would apply. Changes nothing.
 *
 * @throws Error as `migrate` does
 */
export async function pendingMigrations(sql: Sql, migrations: readonly Migration[]): Promise<string[]> {
  const [ledger] = await sql<{ found: boolean }[]>`select to_regclass('schema_migrations') is not null as found`
  const applied = new Map((ledger?.found ? await readLedger(sql) : []).map((row) => [row.tag, row]))
  refuseNewerSchema([...applied.values()], migrations)
  for (const migration of migrations) {
    const before = applied.get(migration.tag)
    if (before !== undefined) requireSame(before, migration)
  }
  return migrations.map(({ tag }) => tag).filter((tag) => !applied.has(tag))
}

async function createLedger(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    // `if not exists` alone is no guard: two sessions at once can both find it missing, and one then fails.
    await tx`select pg_advisory_xact_lock(${lockKey})`
    await tx`create table if not exists schema_migrations (
      tag text primary key,
      hash text not null,
      breaking boolean not null,
      applied_at timestamptz not null default now()
    )`
  })
}

async function readLedger(sql: Sql): Promise<AppliedMigration[]> {
  return await sql<AppliedMigration[]>`select tag, hash, breaking from schema_migrations order by tag`
}

async function applyOnce(sql: Sql, migration: Migration): Promise<boolean> {
  const { tag, hash, breaking, statements } = migration
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${lockKey})`
    const [before] = await tx<AppliedMigration[]>`select tag, hash, breaking from schema_migrations where tag = ${tag}`
    if (before !== undefined) {
      requireSame(before, migration)
      return false
    }
    await tx.unsafe(statements).catch((error: Error) => {
      throw new Error(`migration ${tag} failed: ${error.message}`, { cause: error })
    })
    await tx`insert into schema_migrations (tag, hash, breaking) values (${tag}, ${hash}, ${breaking})`
    return true
  })
}

function requireSame(applied: AppliedMigration, { tag, hash }: Migration): void {
  if (applied.hash === hash) return
  throw new Error(`migration ${tag} was changed after this database applied it: put its file back and write a new migration instead`)
}

function refuseNewerSchema(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  const knownTags = new Set(known.map(({ tag }) => tag))
  const ahead = applied.find(({ tag, breaking }) => breaking && !knownTags.has(tag))
  if (ahead === undefined) return
  throw new Error(`this database is ahead of this program by the breaking migration ${ahead.tag}: run a newer version of the program`)
}
