/** The PostgreSQL cluster of one test run, started when the first test asks for it, and its migrated template. */
import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { isAlive } from '../../src/node/embedded-postgres-postmaster.ts'
import { findPostgres } from '../../src/node/find-postgres.ts'
import { loadMigrations } from '../../src/node/load-migrations.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { recordingLogger } from './recording-logger.ts'

/** What a test file needs to clone the template. */
export interface ClusterAddress {
  url: string
  tcpUrl: string | null
  /** A new database is `create database <namePrefix><anything> template <template>`. */
  template: string
  namePrefix: string
}

export interface TestCluster {
  address: ClusterAddress
  stop(): Promise<void>
}

export const runDirPrefix = 'pentimento-test-'
const databasePrefix = 'pentimento_test_'

/** @param runDir the run's own folder; `DATABASE_URL_TEST` names a server to use instead of an embedded one in there */
export async function startTestCluster(runDir: string, databaseUrl = process.env.DATABASE_URL_TEST ?? null): Promise<TestCluster> {
  const surroundings = { clock: systemClock, random: systemRandom, logger: recordingLogger() }
  const server = await findPostgres({ ...surroundings, databaseUrl, dataDir: runDir, socketRoot: runDir, fsync: false, tcp: true })
  const runName = `${databasePrefix}${randomUUID().slice(0, 8)}`
  // Its name on an open session tells other runs on the same server that this run still lives.
  const admin = connect(server.url, { max: 1, applicationName: runName })
  await dropAbandonedDatabases(admin)
  const address = { url: server.url, tcpUrl: server.tcpUrl, template: `${runName}_template`, namePrefix: `${runName}_` }
  await makeTemplate(admin, address)
  const stop = async () => {
    if (databaseUrl !== null) await dropDatabases(admin, address.namePrefix)
    await admin.sql.end({ timeout: 1 })
    await server.stop()
  }
  return { address, stop }
}

/** The same server, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Removes the folders of runs that were killed; their servers ended with them. */
export async function removeAbandonedRuns(root = tmpdir()): Promise<void> {
  const names = await readdir(root)
  const abandoned = names.filter((name) => name.startsWith(runDirPrefix) && !isAlive(Number(name.slice(runDirPrefix.length).split('-')[0])))
  await Promise.all(abandoned.map((name) => rm(join(root, name), { recursive: true, force: true })))
}

async function makeTemplate({ sql }: Connection, { url, template }: ClusterAddress): Promise<void> {
  await sql`create database ${sql(template)}`
  const own = connect(urlOfDatabase(url, template), { max: 1, applicationName: 'pentimento-template' })
  await migrate(own.sql, await loadMigrations()).finally(() => own.sql.end({ timeout: 1 }))
}

async function dropAbandonedDatabases({ sql }: Connection): Promise<void> {
  const abandoned = await sql<{ name: string }[]>`
    select datname as name from pg_database
    where starts_with(datname, ${databasePrefix}) and not exists (
      select from pg_stat_activity where starts_with(datname, application_name) and starts_with(application_name, ${databasePrefix})
    )`
  for (const { name } of abandoned) await sql`drop database if exists ${sql(name)} with (force)`
}

async function dropDatabases({ sql }: Connection, prefix: string): Promise<void> {
  const databases = await sql<{ name: string }[]>`select datname as name from pg_database where starts_with(datname, ${prefix})`
  for (const { name } of databases) await sql`drop database if exists ${sql(name)} with (force)`
}
