/** The database: reachable, of a version that will do, up to date, of one mind with us about the time, and able to tell of news. */
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { type Connection, connect } from '../../db/connect.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { hearOneself, readServerFacts, type ServerFacts } from '../../db/server-facts.ts'
import type { Clock, Logger, Random } from '../../domain/ports.ts'
import { findEmbeddedBinaries, findSystemBinaries } from '../embedded-postgres-binaries.ts'
import { findPostgres } from '../find-postgres.ts'
import { statFile } from '../fs-blob-files.ts'
import { loadMigrations } from '../load-migrations.ts'
import { explain, soon } from './explain.ts'
import { broken, doubtful, type Finding, fine } from './finding.ts'

/** Of PostgreSQL: what the tests run on, and the oldest that is still mended by its makers for a year (versioning policy). */
const MAJOR_TESTED = 18
const MAJOR_MIN = 15
/** What one node opens at most: statements, transactions, COPYs, listening, jobs (`start-service.ts`, `dispatch.ts`). */
const CONNECTIONS_PER_NODE = 32
const PATIENCE_MS = 5_000
/** Turns are due by the clocks of nodes, leases end by that of the database. */
const CLOCK_DIFFERENCE_MS_MAX = 1_000

export interface Surroundings {
  clock: Clock
  random: Random
  logger: Logger
}

export async function checkPostgres(config: Config, surroundings: Surroundings): Promise<Finding[]> {
  const { databaseUrl, dataDir } = config
  if (databaseUrl === null && (await statFile(join(dataDir, 'postgres', 'PG_VERSION'))) === null) return [await checkBinaries(dataDir)]
  const name = databaseUrl === null ? 'The embedded PostgreSQL' : `PostgreSQL at ${placeOf(databaseUrl)}`
  try {
    const postgres = await findPostgres({ databaseUrl, dataDir, ...surroundings })
    const connection = connect(postgres.url, { max: 2, applicationName: 'pentimento-doctor', connectTimeoutMs: PATIENCE_MS })
    try {
      return await examine(name, connection, surroundings)
    } finally {
      await connection.sql.end({ timeout: 1 })
      await postgres.stop()
    }
  } catch (error) {
    return [
      broken(
        `${name}: ${explain(error)}`,
        'see that it runs, that this machine reaches it, and that DATABASE_URL names user and password right',
      ),
    ]
  }
}

async function checkBinaries(dataDir: string): Promise<Finding> {
  const binaries = (await findEmbeddedBinaries(join(dataDir, 'postgres.lib'))) ?? (await findSystemBinaries())
  if (binaries !== null && binaries.major < MAJOR_MIN)
    return broken(
      `The PostgreSQL of this machine is ${binaries.major}`,
      `set DATABASE_URL to one of ${MAJOR_MIN} or newer; ${MAJOR_TESTED} is tested`,
    )
  if (binaries !== null) return fine(`PostgreSQL ${binaries.major} is at hand: the first start makes a database under DATA_DIR`)
  return broken(`There is no PostgreSQL for ${process.platform}-${process.arch}`, 'set DATABASE_URL, or install PostgreSQL')
}

async function examine(name: string, { sql }: Connection, { clock }: Surroundings): Promise<Finding[]> {
  // The first query makes the connection, which is not to count.
  await soon(clock, PATIENCE_MS, sql`select 1`)
  const askedAtMs = clock.nowMs()
  const facts = await soon(clock, PATIENCE_MS, readServerFacts(sql))
  const differenceMs = Math.round(facts.nowMs - (askedAtMs + clock.nowMs()) / 2)
  return [
    ...judgeServer(name, facts),
    await soon(clock, PATIENCE_MS, checkMigrations(sql, facts)),
    Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MS_MAX
      ? fine(`Its clock and ours differ by ${Math.abs(differenceMs)} ms`)
      : doubtful(
          `Its clock is ${differenceMs} ms from ours`,
          'set both by NTP: waits end by the clocks of nodes, leases by that of the database',
        ),
    await soon(clock, PATIENCE_MS, hearOneself(sql, 'pentimento_doctor')).then(
      () => fine('It tells of news (LISTEN)'),
      () =>
        broken(
          'It tells of no news: LISTEN heard nothing',
          'DATABASE_URL must lead to PostgreSQL itself, or to a pooler that keeps sessions',
        ),
    ),
  ]
}

function judgeServer(name: string, { version, major, connectionsMax }: ServerFacts): Finding[] {
  const here = `${name} answers: version ${version}, ${connectionsMax} connections`
  if (major < MAJOR_MIN) return [broken(here, `${MAJOR_MIN} is the oldest that will do, ${MAJOR_TESTED} the one that is tested`)]
  const findings = [major < MAJOR_TESTED ? doubtful(here, `tested with ${MAJOR_TESTED}`) : fine(here)]
  if (connectionsMax >= 2 * CONNECTIONS_PER_NODE) return findings
  return [
    ...findings,
    doubtful(`A node may open ${CONNECTIONS_PER_NODE} connections`, 'raise max_connections: that many for each node, and some to spare'),
  ]
}

async function checkMigrations(sql: Connection['sql'], { mayCreateSchemas }: ServerFacts): Promise<Finding> {
  try {
    const migrations = await loadMigrations()
    const pending = await pendingMigrations(sql, migrations)
    if (pending.length === 0) return fine('Its schema is up to date')
    if (pending.length === migrations.length && !mayCreateSchemas)
      return broken('It is empty, and this user may not make schemas in it', 'grant create on database … to …')
    return doubtful(`${pending.length} migrations are to come`, '`npm start` applies them, and so does `npm run migrate`')
  } catch (error) {
    return broken(`Its schema is not ours: ${explain(error)}`, 'run the version of the program that made it, or a newer one')
  }
}

/** Host and database, without user and password. */
function placeOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl)
  return url === null ? 'DATABASE_URL' : `${url.searchParams.get('host') ?? url.host}${url.pathname}`
}
