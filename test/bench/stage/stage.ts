/** What a bench plays on: a PostgreSQL, a folder for blobs, an upstream and the service, each a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }
import { type Connection, connect } from '../../../src/db/connect.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { findPostgres } from '../../../src/node/find-postgres.ts'
import { loadMigrations } from '../../../src/node/load-migrations.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { createLogger } from '../../../src/runtime/logger.ts'
import { systemRandom } from '../../../src/runtime/random.ts'
import type { SimulatorOptions } from '../../../src/simulator/options.ts'
import { type BenchProcess, startProcess } from './child-process.ts'

export interface Stage {
  connection: Connection
  blobDir: string
  /** Started now, and with what `npm start` gives node. */
  startService(upstreamUrl: string, env?: NodeJS.ProcessEnv, flags?: readonly string[]): Promise<RunningProcess>
  startSimulator(options: SimulatorOptions): Promise<RunningProcess>
  /** Any other script of this folder that says its `url` when it is ready. */
  start(file: string, env?: NodeJS.ProcessEnv): Promise<RunningProcess>
}

export interface RunningProcess {
  url: string
  process: BenchProcess
}

/** What `npm start` gives node, and a way to collect garbage before memory is counted. `BENCH_NODE_FLAGS`: more, to profile with. */
const SERVICE_FLAGS = [
  ...manifest.scripts.start.split(' ').filter((word) => word.startsWith('--')),
  ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? []),
  '--expose-gc',
]

/** Runs `play` on a fresh stage and clears it away, whatever happens. `BENCH_DIR`: the folder for it, by default the temporary one. */
export async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), 'pentimento-bench-'))
  const closers: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })]
  try {
    const logger = createLogger({ clock: systemClock, level: 'warn', sink: (line) => void process.stderr.write(`${line}\n`) })
    const surroundings = { clock: systemClock, random: systemRandom, logger }
    const postgres = await findPostgres({ ...surroundings, databaseUrl: null, dataDir: dir })
    closers.push(() => postgres.stop())
    const connection = connect(postgres.url, { max: 4, applicationName: 'pentimento-bench' })
    closers.push(() => connection.sql.end({ timeout: 1 }))
    await migrate(connection.sql, await loadMigrations())
    const start = async (file: string, env: NodeJS.ProcessEnv = {}, flags: readonly string[] = []): Promise<RunningProcess> => {
      const { child, hello } = await startProcess<{ url: string }>(file, { env, flags })
      closers.push(() => child.stop())
      return { url: hello.url, process: child }
    }
    await play({
      connection,
      blobDir: join(dir, 'media'),
      start,
      startSimulator: (options) => start('simulator-process.ts', { SIMULATOR: JSON.stringify(options) }),
      startService: (upstreamUrl, env = {}, flags = SERVICE_FLAGS) =>
        start('service-process.ts', { ...serviceEnv(dir, postgres.url, upstreamUrl), ...env }, flags),
    })
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

function serviceEnv(dataDir: string, databaseUrl: string, upstreamUrl: string): NodeJS.ProcessEnv {
  return {
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    PORT: '0',
    GEMINI_API_KEY: 'simulated',
    GEMINI_BASE_URL: upstreamUrl,
    DRAIN_MS: '0',
  }
}
