/** The bell over LISTEN/NOTIFY: one connection hears for the whole process, whoever waits for a turn, a session or a tenant. */
import { sql as statement } from 'drizzle-orm'
import type { EventBell } from '../domain/event.ts'
import type { Clock, Dispatcher, Logger } from '../domain/ports.ts'
import { ACCESS_CHANNEL } from './audit-queries.ts'
import type { Database, Sql } from './connect.ts'

export interface ListeningBell extends EventBell {
  /** Calls `heard` when a queued turn has become due, or when `ringingDispatcher` hands one over. */
  onWork(heard: () => void): void
  /** Calls `heard` with the id of every turn that is canceled, on whatever node. */
  onCancel(heard: (turnId: string) => void): void
  /** Calls `heard` when keys or tenants have changed, on whatever node, and when that may have been missed. */
  onAccessChange(heard: () => void): void
  close(): Promise<void>
}

/** Listens at once. Lost connections are made anew by the driver; rings in between are lost, as callers expect. */
export async function createListeningBell(sql: Sql, clock: Clock, logger: Logger): Promise<ListeningBell> {
  const waiting = new Map<string, Set<() => void>>()
  const workers: (() => void)[] = []
  const cancelers: ((turnId: string) => void)[] = []
  const doorkeepers: (() => void)[] = []

  const ringAll = (topics: readonly string[]) => {
    for (const topic of topics) for (const ring of waiting.get(topic) ?? []) ring()
  }
  const channels = {
    pentimento_events: (payload: string) => ringAll(payload.split(' ')),
    pentimento_work: () => {
      for (const heard of workers) heard()
    },
    pentimento_cancel: (turnId: string) => {
      for (const heard of cancelers) heard(turnId)
    },
    [ACCESS_CHANNEL]: () => {
      for (const heard of doorkeepers) heard()
    },
  }
  /** For the first time, or again after a lost connection. */
  const listening = (channel: string) => {
    logger.info('bell.listening', { channel })
    if (channel === ACCESS_CHANNEL) channels[ACCESS_CHANNEL]()
  }
  const subscriptions = await Promise.all(
    Object.entries(channels).map(([channel, heard]) => sql.listen(channel, heard, () => listening(channel))),
  )
  return {
    rung: (topic, maxMs, signal) => waitForRing(waiting, clock, topic, maxMs, signal),
    onWork: (heard) => void workers.push(heard),
    onCancel: (heard) => void cancelers.push(heard),
    onAccessChange: (heard) => void doorkeepers.push(heard),
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.unlisten()))
    },
  }
}

/** Hands work over by ringing for every executor that listens: where no jobs can be kept. */
export const ringingDispatcher: Dispatcher<Database> = {
  wake: async (tx) => void (await tx.execute(statement`select pg_notify('pentimento_work', '')`)),
}

async function waitForRing(
  waiting: Map<string, Set<() => void>>,
  clock: Clock,
  topic: string,
  maxMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const done = new AbortController()
  const ring = () => done.abort('rung')
  const ringers = waiting.get(topic) ?? new Set()
  waiting.set(topic, ringers.add(ring))
  try {
    await clock.sleep(maxMs, signal === undefined ? done.signal : AbortSignal.any([done.signal, signal])).catch(() => undefined)
  } finally {
    ringers.delete(ring)
    if (ringers.size === 0 && waiting.get(topic) === ringers) waiting.delete(topic)
  }
}
