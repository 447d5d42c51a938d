import { setTimeout as delay } from 'node:timers/promises'

/** The simulator's own time. It runs with the machine's clock and can be pushed forward, so that files expire and quotas refill in a test. */
export type SimulatorClock = {
  /** Milliseconds since the epoch, pushes included. */
  nowMs(): number
  /** Milliseconds since the simulator started or was reset, pushes included. */
  elapsedMs(): number
  /** Moves the clock forward by `ms`. Sleeps under way are not shortened. */
  advance(ms: number): void
  /** Starts `elapsedMs` again at zero. */
  restart(): void
  /** Real milliseconds; ends early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** @param startMs epoch milliseconds to start at; by default the machine's own time */
export function createClock(startMs?: number): SimulatorClock {
  let offsetMs = startMs === undefined ? 0 : startMs - Date.now()
  const nowMs = () => Date.now() + offsetMs
  let startedMs = nowMs()
  return {
    nowMs,
    elapsedMs: () => nowMs() - startedMs,
    advance: (ms) => {
      offsetMs += ms
    },
    restart: () => {
      startedMs = nowMs()
    },
    sleep: async (ms, signal) => {
      if (ms <= 0 || signal?.aborted) return
      await delay(ms, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
        if (!signal?.aborted) throw cause
      })
    },
  }
}

/** `2026-08-19T14:34:22.044000Z`: RFC 3339 with the number of fraction digits the field shows on the wire (wire-facts §3.2). */
export function isoTime(epochMs: number, fractionDigits: 6 | 9): string {
  const [whole, fraction = '000Z'] = new Date(epochMs).toISOString().split('.')
  return `${whole}.${fraction.slice(0, 3).padEnd(fractionDigits, '0')}Z`
}

/** The value of a `date` header. */
export function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString()
}

const pacificDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' })

/** The calendar day in California, `2026-11-20`: daily quotas start again at its midnight (wire-facts §4). */
export function pacificDay(epochMs: number): string {
  return pacificDate.format(epochMs)
}
