/**
 * The service on Cloudflare Workers: the same routes, composed for each request. A turn runs in the request of whoever waits for it, or
 * on the minute: what goes on for longer than 30 s behind an answer is broken off there, and an attempt with it that may have cost money.
 */
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
/** An invocation stays for waits that end within this time; after it comes the next minute's. */
const STAY_MS = 50_000

export default {
  async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
    const { app, run } = await composeWorker(bindings, context, callerStays(request))
    const response = await app.fetch(request, bindings, context)
    // Clients that follow a turn by its events have submitted it beforehand.
    const isFollowing = request.method === 'GET' && response.headers.get('content-type')?.startsWith('text/event-stream') === true
    if (isFollowing && run !== null) context.waitUntil(run())
    return response
  },

  async scheduled(_event: unknown, bindings: Bindings, context: ExecutionContext): Promise<void> {
    const { run, installation } = await composeWorker(bindings, context, false)
    if (run === null) return
    context.waitUntil(run())
    context.waitUntil(keepHouse(installation))
  },
}

/** Whether the caller means to stay until its turn has ended: with `Prefer: wait`, or reading its events. */
function callerStays({ headers }: Request): boolean {
  return /\bwait\s*=/i.test(headers.get('prefer') ?? '') || /\btext\/event-stream\b/i.test(headers.get('accept') ?? '')
}

/** What pg-boss does by the clock elsewhere. */
async function keepHouse(installation: Installation): Promise<void> {
  const minuteOfHour = Math.floor(clock.nowMs() / MINUTE_MS) % 60
  for (const schedule of SCHEDULES) if (isDueAt(schedule, minuteOfHour)) await schedule.run(installation)
  await watchAlerts(installation, null)
}

type Run = (() => Promise<void>) | null

/**
 * A client per invocation and never an explicit end: closing one raises rejections nobody can catch there. `runsHere`: what is
 * accepted begins at once.
 */
async function composeWorker(bindings: Bindings, context: ExecutionContext, runsHere: boolean): Promise<Composed & { run: Run }> {
  const parsed = parseConfig({ ...bindings, HOST: '127.0.0.1' })
  if ('problems' in parsed) throw new Error(parsed.problems.join('; '))
  const config = parsed.ok
  if (config.apiKeys.length === 0 && config.adminKey === null)
    throw new Error('API_KEYS or ADMIN_API_KEY must be set: a Worker is open to the world')
  const logger = createLogger({ clock, sink: console.log })
  let run: Run = null
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
    // Node processes on the same database hear the bell.
    dispatcher: { ...ringingDispatcher, wakeHere: () => runsHere && run !== null && context.waitUntil(run()) },
    webhooks: null,
    tracer: null,
    version: manifest.version,
    background: (work) => context.waitUntil(work),
    draining: () => false,
    readiness: async () => ({ ready: true, checks: {} }),
  })
  const nameNode = () => makeId('nod', clock.nowMs(), random.bytes(10))
  const options = { nameNode, leaseMs: config.leaseMs, turnsMax: TURNS_MAX }
  if (config.executor) run = () => new Executor(composed.installation, options).runOnce(STAY_MS)
  return { ...composed, run }
}
