/**
 * Jobs, by pg-boss in the same database: wake-ups for executors, deliveries of webhooks, and what is done by the clock. A job is
 * a mere hint or an errand; the turn's row and its ledger are the truth (house.md, pg-boss).
 */
import { sql } from 'drizzle-orm'
import { fromDrizzle, PgBoss, type Queue, type WorkOptions } from 'pg-boss'
import type { Database } from '../db/connect.ts'
import type { Alert } from '../domain/alert.ts'
import type { Dispatcher, Logger, OwedWebhook } from '../domain/ports.ts'

const QUEUES = { turns: 'turns', webhooks: 'webhooks', alerts: 'alerts', schedules: 'schedules' } as const

/** Its own pool: one connection for the workers, one for whatever else it does; one more listens. */
const CONNECTIONS = 2
const DAY_SECONDS = 86_400

const SETTINGS: readonly Queue[] = [
  {
    name: QUEUES.turns,
    // The job makes the node look at once instead of at its next poll.
    notify: true,
    // The engine alone decides about another attempt; by default a job would be run three times.
    retryLimit: 0,
    // A wake-up is of no use later: the sweep has found the turn by then. And nobody reads those that are done.
    retentionSeconds: 60,
    expireInSeconds: 60,
    deleteAfterSeconds: 60,
  },
  {
    name: QUEUES.webhooks,
    notify: true,
    // 5 s, 10 s, 20 s … 4 h: a receiver may be away for most of a day (standardwebhooks spec, "Retries").
    retryLimit: 16,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 14_400,
    // Well above the time limit of one delivery: whoever holds it that long has died.
    expireInSeconds: 60,
    deleteAfterSeconds: DAY_SECONDS,
  },
  {
    name: QUEUES.alerts,
    // 5 s, 10 s … for about an hour: what is older, the operator has seen elsewhere.
    retryLimit: 10,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 900,
    expireInSeconds: 60,
    deleteAfterSeconds: DAY_SECONDS,
  },
  { name: QUEUES.schedules, retryLimit: 0, expireInSeconds: 900, deleteAfterSeconds: DAY_SECONDS },
]

/** Of wake-ups; measured over 1,000 a second, p95 46 ms (house.md). */
const TURNS_WORK: WorkOptions = {
  // One look claims whatever is due, so wake-ups are taken by the hundred; one by one they come to 18 a second.
  batchSize: 100,
  // A full batch says that more are waiting: no pause before the next.
  burstWhenBatchFull: true,
  // Once NOTIFY works the default is to poll every 30 s, and that is how long a lost notification would be missed.
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
}

/** Each waits up to 10 s for a receiver: several at a time, so that a slow one holds up few. Retries are found by polling. */
const WEBHOOKS_WORK: WorkOptions = { localConcurrency: 8, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 5 }
const ALERTS_WORK: WorkOptions = { pollingIntervalSeconds: 5 }
const SCHEDULES_WORK: WorkOptions = { pollingIntervalSeconds: 5 }

/** What a node that executes does with jobs. Throwing has a delivery tried again, and loses any other. */
export interface JobHandlers {
  wake(): void
  deliver(owed: OwedWebhook): Promise<void>
  /** Null: nobody asked to be told; none are handed over either. */
  deliverAlert: ((alert: Alert) => Promise<void>) | null
  schedules: readonly { name: string; cron: string; run(): Promise<void> }[]
}

export interface Dispatch extends Dispatcher<Database> {
  enqueueWebhooks(tx: Database, owed: readonly OwedWebhook[]): Promise<void>
  enqueueAlerts(tx: Database, alerts: readonly Alert[]): Promise<void>
  /** Begins to take jobs. */
  work(handlers: JobHandlers): Promise<void>
  /** Takes no more of them, so that no wake-up is spent on a node that is stopping. */
  rest(): Promise<void>
  close(): Promise<void>
}

export interface DispatchOptions {
  databaseUrl: string
  /** Whether this node executes turns; one that does not only hands jobs over. */
  executes: boolean
  logger: Logger
}

/** Brings pg-boss' own schema up to date, under its own lock, and makes the queues. */
export async function startDispatch({ databaseUrl, executes, logger }: DispatchOptions): Promise<Dispatch> {
  const boss = new PgBoss({
    connectionString: likePostgresJs(databaseUrl),
    application_name: 'pentimento-jobs',
    max: CONNECTIONS,
    useListenNotify: executes,
    supervise: executes,
    // Jobs that are done are removed at every round; by default that is once a day, and some millions of them by then.
    maintenanceIntervalSeconds: 60,
    schedule: executes,
  })
  // Without a listener Node would end the process; the workers go on by themselves.
  boss.on('error', ({ message }) => logger.warn('jobs.failed', { error: message }))
  boss.on('warning', ({ message }) => logger.warn('jobs.warning', { message }))
  await boss.start()
  for (const { name, ...options } of SETTINGS) {
    await boss.createQueue(name, options)
    await boss.updateQueue(name, options)
  }

  return {
    wake: async (tx) => void (await boss.send(QUEUES.turns, null, { db: fromDrizzle(tx, sql) })),
    enqueueWebhooks: async (tx, owed) => {
      const jobs = owed.map((one) => ({ data: one }))
      await boss.insert(QUEUES.webhooks, jobs, { db: fromDrizzle(tx, sql) })
    },
    enqueueAlerts: async (tx, alerts) => {
      const jobs = alerts.map((alert) => ({ data: alert }))
      await boss.insert(QUEUES.alerts, jobs, { db: fromDrizzle(tx, sql) })
    },
    work: (handlers) => work(boss, handlers),
    rest: async () => {
      await Promise.all(Object.values(QUEUES).map((name) => boss.offWork(name, { wait: false })))
    },
    close: () => boss.stop({ timeout: 1_000 }),
  }
}

async function work(boss: PgBoss, { wake, deliver, deliverAlert, schedules }: JobHandlers): Promise<void> {
  await boss.work(QUEUES.turns, TURNS_WORK, async () => wake())
  await boss.work<OwedWebhook>(QUEUES.webhooks, WEBHOOKS_WORK, async (jobs) => {
    for (const { data } of jobs) await deliver(data)
  })
  if (deliverAlert !== null) {
    await boss.work<Alert>(QUEUES.alerts, ALERTS_WORK, async (jobs) => {
      for (const { data } of jobs) await deliverAlert(data)
    })
  }
  for (const { name, cron } of schedules) await boss.schedule(QUEUES.schedules, cron, { name }, { key: name })
  await boss.work<{ name: string }>(QUEUES.schedules, SCHEDULES_WORK, async (jobs) => {
    // A name that is unknown here was scheduled by another version of this program.
    for (const { data } of jobs) await schedules.find(({ name }) => name === data.name)?.run()
  })
}

/** pg-boss' driver takes `sslmode=require` to mean that the certificate is checked; libpq and our own driver do not. */
function likePostgresJs(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true')
  return url.href
}
