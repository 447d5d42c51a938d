import { systemClock } from '../../../runtime/clock.ts'

export interface Bell {
  ring(): void
  /** Resolves when it rings, or has rung since it was heard last, and after `ms` at the latest. Rejects when the signal aborts. */
  rung(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let unheard = new AbortController()
  return {
    ring: () => unheard.abort(),
    rung: async (ms, signal) => {
      await systemClock.sleep(ms, AbortSignal.any([signal, unheard.signal])).catch(() => signal.throwIfAborted())
      unheard = new AbortController()
    },
  }
}
