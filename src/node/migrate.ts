/** `npm run migrate`: brings the database up to date and says what it did. The service does the same when it starts. */
import { readFileSync } from 'node:fs'
import { parseConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { migrate } from '../db/migrate.ts'
import { systemClock } from '../runtime/clock.ts'
import { createLogger } from '../runtime/logger.ts'
import { systemRandom } from '../runtime/random.ts'
import { findPostgres } from './find-postgres.ts'
import { loadMigrations } from './load-migrations.ts'

const logger = createLogger({ clock: systemClock, sink: (line) => process.stdout.write(`${line}\n`) })

try {
  const config = parseConfig(process.env, (path) => readFileSync(path, 'utf8'))
  if ('problems' in config) throw new Error(config.problems.join('; '))
  const { databaseUrl, dataDir } = config.ok
  const migrations = await loadMigrations()
  const postgres = await findPostgres({ databaseUrl, dataDir, clock: systemClock, random: systemRandom, logger })
  const { sql } = connect(postgres.url, { max: 1, applicationName: 'pentimento-migrate' })
  try {
    const applied = await migrate(sql, migrations)
    logger.info('migrate.done', { applied: applied.join(' '), known: migrations.length })
  } finally {
    await sql.end()
    await postgres.stop()
  }
} catch (error) {
  logger.error('migrate.failed', { reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}
