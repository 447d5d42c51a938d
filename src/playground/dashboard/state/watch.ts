/** Reads the figures again and again, and listens to what happens meanwhile. */
import { type StatsWindow, UnauthorizedError } from '../../../client/index.ts'
import { systemClock } from '../../../runtime/clock.ts'
import { toIso } from '../../../runtime/instant.ts'
import { isAbort, wordsFor } from '../../state/report.ts'
import { NOTHING_LIVE, observe } from '../model/live.ts'
import { createBell } from './bell.ts'
import type { Post } from './board.ts'

/** How often figures are read where nothing happens; the longer the window, the less they change. */
const READ_EVERY_MS: Readonly<Record<StatsWindow, number>> = { '5m': 5_000, '1h': 10_000, '24h': 30_000 }
/** How soon after an event, so that a hundred at once are one reading. */
const AFTER_EVENT_MS = 1_000
/** Receipts and alerts: alerts are judged every minute. */
const READ_SLOWLY_EVERY_MS = 30_000
/** No attempt lasts longer, so that those in flight now are among what happened since. */
const LOOK_BACK_MS = 600_000
const DAYS_OF_COST_MS = 29 * 86_400_000

/** Until the signal aborts, or a key is asked for. */
export async function watch(post: Post, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const news = createBell()
  const work = [
    again(
      post,
      until,
      () => readFigures(post),
      () => news.rung(READ_EVERY_MS[post.store.get().window], until),
    ),
    again(
      post,
      until,
      () => readReceipts(post),
      () => systemClock.sleep(READ_SLOWLY_EVERY_MS, until),
    ),
    again(
      post,
      until,
      () => listen(post, until, news.ring),
      () => systemClock.sleep(AFTER_EVENT_MS, until),
    ),
  ]
  const { store } = post
  let { window } = store.get()
  const forget = store.subscribe(() => {
    if (store.get().window === window) return
    window = store.get().window
    news.ring()
  })
  await Promise.race(work).finally(() => {
    forget()
    over.abort()
  })
}

/** Does it again after each pause; ends when a key is asked for. What else goes wrong is shown until it goes well again. */
async function again({ store, access }: Post, signal: AbortSignal, read: () => Promise<void>, pause: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await read()
      await pause()
    } catch (error) {
      if (isAbort(error)) return
      if (error instanceof UnauthorizedError) {
        // Whoever else reads with the same key is refused as well: it is asked for once.
        if (store.get().access !== 'needed') store.set({ access: 'needed', keyRefused: access.hasKey() })
        access.forgetKey()
        return
      }
      store.set({ problem: wordsFor(error) })
      await pause().catch(() => undefined)
    }
  }
}

async function readFigures({ store, access }: Post): Promise<void> {
  const { window } = store.get()
  const stats = await access.keyed.monitoring.stats({ window, series: true })
  if (store.get().window === window) store.set({ stats, access: 'granted', keyRefused: false, problem: null })
}

async function readReceipts({ store, access }: Post): Promise<void> {
  const { usage, alerts } = access.keyed.monitoring
  const from = toIso(systemClock.nowMs() - DAYS_OF_COST_MS)
  const [receipts, warnings] = await Promise.all([usage({ from, groupBy: 'day' }), alerts()])
  store.set({ usage: receipts, alerts: warnings })
}

async function listen({ store, access }: Post, signal: AbortSignal, onNews: () => void): Promise<void> {
  store.set({ live: NOTHING_LIVE })
  let due = false
  for await (const event of access.keyed.monitoring.events({ since: toIso(systemClock.nowMs() - LOOK_BACK_MS), signal })) {
    const { live } = store.get()
    const now = observe(live, event)
    if (now !== live) store.set({ live: now })
    if (due || event.type.startsWith('part.')) continue
    due = true
    void systemClock.sleep(AFTER_EVENT_MS, signal).then(
      () => {
        due = false
        onNews()
      },
      () => undefined,
    )
  }
}
