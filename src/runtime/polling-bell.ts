import type { EventBell } from '../domain/event.ts'
import type { Clock } from '../domain/ports.ts'

/** How long news may be unheard where nothing can listen. */
const POLL_MS = 500

/** A bell for where no connection can be kept to listen on (Workers): it rings twice a second, news or not. */
export function createPollingBell(clock: Clock): EventBell {
  return {
    rung: (_topic, maxMs, signal) => clock.sleep(Math.min(maxMs, POLL_MS), signal).catch(() => undefined),
  }
}
