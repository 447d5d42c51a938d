import type { Clock } from '../domain/ports.ts'

/** How long a statement may be without an answer, waiting for a free connection included. */
export interface Patience {
  clock: Clock
  ms: number
}

/** A statement was given up: whether it was carried out, nobody can tell. Counts as a lost connection (`isConnectionError`). */
export class SilentDatabase extends Error {
  override name = 'SilentDatabase'
  readonly code = 'CONNECTION_SILENT'
  constructor() {
    super('the database did not answer in time')
  }
}

interface Unanswered {
  untilMs: number
  giveUp(): void
}

/** By patience, what is waited for, the oldest first; one timer watches over all of it. */
const watches = new WeakMap<Patience, { unanswered: Set<Unanswered>; over: AbortController }>()

/**
 * What `answer` settles to; throws `SilentDatabase` when it has not after so long. A server that is suspended, or cut off without
 * a word, leaves nodes waiting for ever otherwise, with their leases renewed.
 */
export async function within<Answer>(patience: Patience, answer: PromiseLike<Answer>): Promise<Answer> {
  const silence = Promise.withResolvers<never>()
  const one = { untilMs: patience.clock.nowMs() + patience.ms, giveUp: () => silence.reject(new SilentDatabase()) }
  let watch = watches.get(patience)
  if (watch === undefined || watch.over.signal.aborted) {
    watch = { unanswered: new Set(), over: new AbortController() }
    watches.set(patience, watch)
  }
  watch.unanswered.add(one)
  if (watch.unanswered.size === 1) void keepWatch(patience.clock, watch.unanswered, watch.over.signal)
  try {
    return await Promise.race([answer, silence.promise])
  } finally {
    watch.unanswered.delete(one)
    // With a reason of its own: the one made by default takes a stack trace.
    if (watch.unanswered.size === 0) watch.over.abort('answered')
  }
}

async function keepWatch(clock: Clock, unanswered: ReadonlySet<Unanswered>, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const [oldest] = unanswered
    if (oldest === undefined) return
    await clock.sleep(oldest.untilMs - clock.nowMs(), over).catch(() => undefined)
    for (const one of unanswered) if (one.untilMs <= clock.nowMs()) one.giveUp()
  }
}

/** The same for a transaction: it must begin within that time, and then each of its statements is answered for by itself. */
export async function beginWithin<Inner, Result>(
  patience: Patience,
  begin: (work: (inner: Inner) => Promise<Result>) => Promise<Result>,
  work: (inner: Inner) => Promise<Result>,
): Promise<Result> {
  const begun = Promise.withResolvers<void>()
  let givenUp = false
  const done = begin(async (inner) => {
    // Nobody waits for it any more: what it would do may have been done again.
    if (givenUp) throw new SilentDatabase()
    begun.resolve()
    return work(inner)
  })
  done.catch(begun.reject)
  try {
    await within(patience, begun.promise)
  } catch (error) {
    givenUp = true
    throw error
  }
  return done
}
