import { isConnectionError } from '../domain/connection-errors.ts'
import type { Clock } from '../domain/ports.ts'

const PAUSE_MS = 200

/**
 * Repeats a write while the database cannot be reached: an answer in hand is paid for, and only the lease says when to give
 * up. `write` must be safe to repeat, which every fenced statement is. Throws the last error once `lost` aborts.
 */
export async function persevere<Result>(clock: Clock, lost: AbortSignal, write: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isConnectionError(error) || lost.aborted) throw error
      await clock.sleep(PAUSE_MS, lost).catch(() => undefined)
    }
  }
}
