/** The machine's time, for Node and Workers alike. Everything else is given a `Clock`. */
import type { Clock } from '../domain/ports.ts'

/** `setTimeout` takes a signed 32-bit number of ms (24.8 days) and fires at once beyond it. */
const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * Real time. `sleep` resolves after `ms` milliseconds (at once for 0 and less, after any number of days otherwise) and
 * rejects with the signal's reason as soon as it aborts, also when it had aborted before.
 */
export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  sleep: async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    for (let leftMs = Math.ceil(ms); leftMs > 0; leftMs -= TIMER_MS_MAX) await timer(Math.min(leftMs, TIMER_MS_MAX), signal)
  },
})

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(handle)
      reject(signal?.reason)
    }
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
