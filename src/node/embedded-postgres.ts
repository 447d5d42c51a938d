/**
 * A PostgreSQL server of our own, for a service that was given none.
 *
 * Processes that share a cluster share its server: the first one starts and owns it, later ones adopt it. When the owner
 * ends the server stops (by `setpriv --pdeathsig` even after kill -9); whoever is left notices within half a second and
 * starts it again at the same address, which is also what happens when the server itself is killed.
 */
import { resolve } from 'node:path'
import type { Clock, Logger, Random } from '../domain/ports.ts'
import { choosePostgresAccount } from './embedded-postgres-account.ts'
import { chooseAddress, makeSocketDir, type PostgresUrls, urlsOf } from './embedded-postgres-address.ts'
import type { PostgresBinaries } from './embedded-postgres-binaries.ts'
import { ensureCluster } from './embedded-postgres-cluster.ts'
import { livePostmaster, removeStaleLocks } from './embedded-postgres-postmaster.ts'
import { answers, foundServer, launchServer, logTail, type PostgresServer, type ServerPlan } from './embedded-postgres-server.ts'

export interface StartOptions {
  /** The cluster's own folder, made when it is not there. Beside it: `.log`, and while it is being made `.tmp-<pid>`. */
  clusterDir: string
  binaries: PostgresBinaries
  clock: Clock
  random: Random
  logger: Logger
  /** Default true. False trades safety against a power cut for speed: for tests. */
  fsync?: boolean
  /** Listen on a free loopback port too, with a password, for clients that know no sockets (workerd). Default: on Windows only. */
  tcp?: boolean
  /** Where the socket's folder is made. Default: the system's temporary folder. */
  socketRoot?: string
}

export interface RunningPostgres extends PostgresUrls {
  /** The server's process id, which changes when it has to be started again. */
  readonly pid: number
  /** Whether it was running already when this process came: another one uses it too. */
  adopted: boolean
  /** Ends the watch, and the server too when this process started it. */
  stop(): Promise<void>
}

type Surroundings = Pick<StartOptions, 'clock' | 'logger'>

const startRetryMs = 5_000
const adoptWaitMs = 60_000
const pollMs = 100

/**
 * Makes the cluster if need be, and starts or adopts its server; resolves when it answers.
 *
 * @throws Error when it exits again and again for 5 s, with the tail of its log; when a server found there does not answer
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const clusterDir = resolve(options.clusterDir)
  const { binaries, fsync = true, tcp = process.platform === 'win32' } = options
  const account = await choosePostgresAccount(clusterDir)
  await ensureCluster(clusterDir, { binaries, account, random: options.random })
  const plan = { clusterDir, address: await chooseAddress(clusterDir, tcp, options.socketRoot), account, binaries, fsync }
  const first = await startOrAdopt(plan, options)
  const keeper = keepRunning(first, { ...plan, address: first.address }, options)
  return {
    ...(await urlsOf(clusterDir, first.address)),
    adopted: first.adopted,
    get pid() {
      return keeper.server().pid
    },
    stop: keeper.stop,
  }
}

async function startOrAdopt(plan: ServerPlan, { clock, logger }: Surroundings): Promise<PostgresServer> {
  const { clusterDir } = plan
  const startedAtMs = clock.nowMs()
  const elapsedMs = () => clock.nowMs() - startedAtMs
  while (elapsedMs() < adoptWaitMs) {
    const live = await livePostmaster(clusterDir)
    if (live?.address && (await answers((await urlsOf(clusterDir, live.address)).url))) {
      logger.info('postgres.adopted', { pid: live.pid, elapsedMs: elapsedMs() })
      return foundServer(clusterDir, live.pid, live.address, clock)
    }
    if (live === null) {
      await makeSocketDir(plan.address.socketDir, plan.account.identity)
      await removeStaleLocks(clusterDir, plan.address)
      const server = await launchServer(plan, clock)
      if (server !== null) {
        logger.info('postgres.started', { pid: server.pid, elapsedMs: elapsedMs() })
        return server
      }
      if (elapsedMs() > startRetryMs) throw new Error(`PostgreSQL does not start in ${clusterDir}: ${await logTail(clusterDir)}`)
    }
    await clock.sleep(pollMs)
  }
  throw new Error(`a PostgreSQL server holds ${clusterDir} but does not answer: ${await logTail(clusterDir)}`)
}

/** Watches the server and starts or adopts another whenever it has gone, until it is stopped. */
function keepRunning(first: PostgresServer, plan: ServerPlan, surroundings: Surroundings) {
  const { clock, logger } = surroundings
  const stopping = new AbortController()
  let server = first
  const watch = async () => {
    while (!stopping.signal.aborted) {
      try {
        await server.gone(stopping.signal)
        logger.warn('postgres.gone', { pid: server.pid })
        server = await startOrAdopt(plan, surroundings)
      } catch (error) {
        if (stopping.signal.aborted) return
        logger.error('postgres.restart_failed', { reason: error instanceof Error ? error.message : String(error) })
        await clock.sleep(startRetryMs, stopping.signal).catch(() => {})
      }
    }
  }
  const watching = watch()
  const stop = async () => {
    stopping.abort()
    await watching
    await server.stop()
  }
  return { server: () => server, stop }
}
