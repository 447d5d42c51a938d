/** The service on Node: everything it stands on, in the order it needs them; and the way back down. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import manifest from '../../package.json' with { type: 'json' }
import { compose } from '../compose.ts'
import type { Config } from '../config.ts'
import { type ConnectOptions, connect, type Database } from '../db/connect.ts'
import { createListeningBell } from '../db/event-bell.ts'
import { migrate } from '../db/migrate.ts'
import { describeError } from '../domain/describe-error.ts'
import { makeId } from '../domain/ids.ts'
import type { Logger } from '../domain/ports.ts'
import type { Readiness } from '../http/env.ts'
import { systemClock as clock } from '../runtime/clock.ts'
import { systemRandom as random } from '../runtime/random.ts'
import { Executor } from '../services/executor.ts'
import { webhookRefusal } from '../services/webhook-refusal.ts'
import { type Closer, closeAll } from './closers.ts'
import { collectYoung } from './collect-young.ts'
import { startDispatch } from './dispatch.ts'
import { findPostgres } from './find-postgres.ts'
import { createHttpServer, serverLimits } from './http-server.ts'
import { loadMigrations } from './load-migrations.ts'
import { openBlobStore } from './open-blob-store.ts'
import type { OtlpTracer } from './otlp-tracer.ts'
import { createPictures } from './pictures.ts'
import { serveReferenceFiles } from './reference-files.ts'
import { takeJobs } from './take-jobs.ts'
import { createUndiciTransport } from './undici-transport.ts'

export interface Service {
  /** Where the API listens, without a slash at the end. */
  url: string
  /** Whether another process had started the embedded database already, and so shares it. */
  sharesDatabase: boolean
  /** Stops taking work, gives running turns `DRAIN_MS`, hands the rest over, and ends everything that was started here. */
  close(): Promise<void>
}

/** Connections to the database, however many turns are under way: a turn holds none while it waits. */
const DATABASE_CONNECTIONS = 12
/** Far longer than any statement of ours takes, and short enough to be noticed within a lease. */
const DATABASE_PATIENCE_MS = 20_000
const DATABASE_OPTIONS: ConnectOptions = {
  max: DATABASE_CONNECTIONS,
  // A signature has three batches on their way at most, each for some milliseconds.
  copies: 4,
  applicationName: 'pentimento',
  patience: { clock, ms: DATABASE_PATIENCE_MS },
}
/** Turns in flight in one process; memory per waiting turn is what bounds it. */
const TURNS_MAX = 2_500
/** Most of what is closed takes milliseconds; a database of our own is given the time to put everything away. */
const CLOSE_MS_MAX = 5_000
const POSTGRES_STOP_MS_MAX = 60_000

const nameNode = () => makeId('nod', clock.nowMs(), random.bytes(10))

export async function startService(config: Config, { logger }: { logger: Logger }): Promise<Service> {
  const stopped = new AbortController()
  void collectYoung(clock, stopped.signal)
  const closers: Closer[] = [{ what: 'collection', close: async () => stopped.abort(), msMax: CLOSE_MS_MAX }]
  try {
    return await start(config, logger, closers)
  } catch (error) {
    await closeAll(closers, { clock, logger })
    throw error
  }
}

async function start(config: Config, logger: Logger, closers: Closer[]): Promise<Service> {
  const closeLater = (what: string, close: Closer['close'], msMax = CLOSE_MS_MAX) => void closers.push({ what, close, msMax })
  const postgres = await findPostgres({ databaseUrl: config.databaseUrl, dataDir: config.dataDir, clock, random, logger })
  closeLater('postgres', () => postgres.stop(), POSTGRES_STOP_MS_MAX)
  const connection = connect(postgres.url, DATABASE_OPTIONS)
  closeLater('connections', () => connection.sql.end({ timeout: 3 }))
  for (const tag of await migrate(connection.sql, await loadMigrations())) logger.info('database.migrated', { tag })
  const bell = await createListeningBell(connection.sql, clock, logger)
  closeLater('bell', () => bell.close())
  const dispatch = await startDispatch({ databaseUrl: postgres.url, executes: config.executor, logger })
  closeLater('jobs', () => dispatch.close())
  const transport = createUndiciTransport(config)
  closeLater('upstream', () => transport.close())

  const tracer = await openTracer(config, logger)
  if (tracer !== null) closeLater('tracer', () => tracer.close())

  let draining = false
  let ownExecutor: Executor | null = null
  const blobs = openBlobStore(config, { clock, random })
  const webhookRules = { publicUrl: config.publicUrl, allowPrivate: config.webhookAllowPrivate }
  const { app, installation, doorkeeper, presentWebhook } = await compose(config, {
    connection,
    clock,
    random,
    logger,
    blobs,
    pictures: createPictures(),
    transport,
    bell,
    dispatcher: {
      wake: dispatch.wake,
      wakeHere: () => ownExecutor?.wake(),
      admit: (turnId) => ownExecutor?.admit(turnId) ?? null,
    },
    tracer,
    webhooks: { refusal: (url) => webhookRefusal(webhookRules, url), enqueue: dispatch.enqueueWebhooks },
    version: manifest.version,
    background: (work) => void work,
    draining: () => draining,
    readiness: () => readiness(connection.db, draining),
  })
  bell.onAccessChange(doorkeeper.forget)
  const executor = new Executor(installation, { nameNode, leaseMs: config.leaseMs, turnsMax: TURNS_MAX })
  if (config.executor) {
    await executor.start()
    ownExecutor = executor
    bell.onWork(() => executor.wake())
    bell.onCancel((turnId) => executor.cancel(turnId))
    closeLater('webhooks', await takeJobs(dispatch, () => executor.wake(), { installation, presentWebhook }, config))
    // What ends late does so for want of the database, whose patience bounds each statement.
    closeLater('turns', () => executor.drain(config.drainMs), config.drainMs + 3 * DATABASE_PATIENCE_MS)
    closeLater('wake-ups', () => dispatch.rest())
  }
  const { server, url } = await listen(serveReferenceFiles(app).fetch, config)
  const listening: Closer = { what: 'server', close: () => closeServer(server), msMax: CLOSE_MS_MAX }
  // Readers of progress stay connected while turns run out: the server is closed after the executor.
  closers.splice(config.executor ? -2 : closers.length, 0, listening)
  logger.info('service.started', { url, executor: config.executor })
  return {
    url,
    sharesDatabase: postgres.adopted,
    close: async () => {
      draining = true
      logger.info('service.stopping', { turns: executor.inFlight })
      await closeAll(closers, { clock, logger })
      logger.info('service.stopped')
    },
  }
}

/** Loaded only where it is asked for. */
async function openTracer({ tracing }: Config, logger: Logger): Promise<OtlpTracer | null> {
  if (tracing === null) return null
  const { createOtlpTracer } = await import('./otlp-tracer.ts')
  return createOtlpTracer(tracing, { clock, logger })
}

async function readiness(db: Database, draining: boolean): Promise<Readiness> {
  const database = await db.execute(sql`select 1`).then(
    () => 'ok',
    (error: unknown) => describeError(error),
  )
  return { ready: database === 'ok' && !draining, checks: { database, draining: draining ? 'yes' : 'ok' } }
}

function listen(fetch: Parameters<typeof createHttpServer>[0], config: Config): Promise<{ server: Server; url: string }> {
  const { host, port } = config
  const server = createHttpServer(fetch, serverLimits(config), { clock, random, hostname: host })
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`${host}:${port} is taken by another process; choose another PORT`) : error)
    })
    server.listen(port, host, () => {
      const { address, family, port: taken } = server.address() as AddressInfo
      resolve({ server, url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}` })
    })
  })
}

/** Idle connections are dropped; answers under way have a second to end. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const over = new AbortController()
  await Promise.race([closed, clock.sleep(1_000, over.signal).catch(() => undefined)])
  over.abort()
  server.closeAllConnections()
  await closed
}
