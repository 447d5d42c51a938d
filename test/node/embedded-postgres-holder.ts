/** A process that holds a database open: `node embedded-postgres-holder.ts DATA_DIR`. Ends when its stdin does. */
import { once } from 'node:events'
import { findPostgres } from '../../src/node/find-postgres.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { createLogger } from '../../src/runtime/logger.ts'
import { systemRandom } from '../../src/runtime/random.ts'

const [dataDir = ''] = process.argv.slice(2)
const logger = createLogger({ clock: systemClock, sink: (line) => process.stdout.write(`${line}\n`) })
const postgres = await findPostgres({
  databaseUrl: null,
  dataDir,
  socketRoot: dataDir,

  clock: systemClock,
  random: systemRandom,
  logger,
})
logger.info('holder.ready', { url: postgres.url })
process.stdin.resume()
await once(process.stdin, 'end')
await postgres.stop()
