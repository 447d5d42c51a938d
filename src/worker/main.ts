/** The service on Cloudflare Workers: the same routes, composed for each request; turns run behind the answer and on the minute. */
import manifest from '../../package.json' with { type: 'json' }
import { type Composed, compose } from '../compose.ts'
import { parseConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { ringingDispatcher } from '../db/event-bell.ts'
import { makeId } from '../domain/ids.ts'
import { createR2BlobStore } from '../media/r2-blob-store.ts'
import { systemClock as clock } from '../runtime/clock.ts'
import { createLogger } from '../runtime/logger.ts'
import { createPollingBell } from '../runtime/polling-bell.ts'
import { systemRandom as random } from '../runtime/random.ts'
import type { Installation } from '../services/context.ts'
import { Executor } from '../services/executor.ts'
import { isDueAt, SCHEDULES } from '../services/schedules.ts'
import { watchAlerts } from '../services/watch-alerts.ts'
import type { Bindings, ExecutionContext, FixedLengthStreamHolder } from './bindings.ts'
import { createFetchTransport } from './fetch-transport.ts'
import { workerPictures } from './worker-pictures.ts'

/** Connections of one request; Hyperdrive pools behind them. */
const DATABASE_CONNECTIONS = 5
const MINUTE_MS = 60_000
/** Turns one invocation runs side by side. */
const TURNS_MAX = 6

export default {
  async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
    const { app, run } = await composeWorker(bindings, context)
    const response = await app.fetch(request, bindings, context)
    if (run !== null && request.method === 'POST') context.waitUntil(run())
    return response
  },

  async scheduled(_event: unknown, bindings: Bindings, context: ExecutionContext): Promise<void> {
    const { run, installation } = await composeWorker(bindings, context)
    if (run === null) return
    context.waitUntil(run())
    context.waitUntil(keepHouse(installation))
  },
}

/** What pg-boss does by the clock elsewhere. */
async function keepHouse(installation: Installation): Promise<void> {
  const minuteOfHour = Math.floor(clock.nowMs() / MINUTE_MS) % 60
  for (const schedule of SCHEDULES) if (isDueAt(schedule, minuteOfHour)) await schedule.run(installation)
  await watchAlerts(installation, null)
}

/** A client per invocation and never an explicit end: closing one raises rejections nobody can catch there. */
async function composeWorker(bindings: Bindings, context: ExecutionContext): Promise<Composed & { run: (() => Promise<void>) | null }> {
  const parsed = parseConfig({ ...bindings, HOST: '127.0.0.1' })
  if ('problems' in parsed) throw new Error(parsed.problems.join('; '))
  const config = parsed.ok
  if (config.apiKeys.length === 0 && config.adminKey === null)
    throw new Error('API_KEYS or ADMIN_API_KEY must be set: a Worker is open to the world')
  const logger = createLogger({ clock, sink: console.log })
  const composed = await compose(config, {
    connection: connect(bindings.HYPERDRIVE.connectionString, {
      max: DATABASE_CONNECTIONS,
      applicationName: 'pentimento-worker',
      prepare: false,
      arrays: false,
    }),
    clock,
    random,
    logger,
    blobs: createR2BlobStore(bindings.MEDIA, { clock, random }),
    pictures: workerPictures,
    transport: createFetchTransport({
      fetch: (...request) => fetch(...request),
      FixedLengthStream: (globalThis as FixedLengthStreamHolder).FixedLengthStream,
    }),
    bell: createPollingBell(clock),
    // The request itself and the minute's cron run what is due; Node processes on the same database hear the bell.
    dispatcher: ringingDispatcher,
    webhooks: null,
    tracer: null,
    version: manifest.version,
    background: (work) => context.waitUntil(work),
    draining: () => false,
    readiness: async () => ({ ready: true, checks: {} }),
  })
  const nameNode = () => makeId('nod', clock.nowMs(), random.bytes(10))
  const run = () => new Executor(composed.installation, { nameNode, leaseMs: config.leaseMs, turnsMax: TURNS_MAX }).runOnce()
  return { ...composed, run: config.executor ? run : null }
}
