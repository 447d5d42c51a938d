/** Ends an exchange from two sides: the caller's signal and the attempt's own time. */
import type { Clock } from '../domain/ports.ts'

/** Which side ended it, if any did. */
export type EndedBy = 'caller' | 'timeout' | null

/** Runs `work` with a signal that aborts with the caller's, or after `timeoutMs`. The timer never outlives the work. */
export async function withTimeout<T>(
  { clock, timeoutMs, signal }: { clock: Clock; timeoutMs: number; signal: AbortSignal },
  work: (signal: AbortSignal, endedBy: () => EndedBy) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController()
  const finished = new AbortController()
  void clock.sleep(timeoutMs, finished.signal).then(
    () => timeout.abort(),
    () => {},
  )
  const endedBy = () => (signal.aborted ? 'caller' : timeout.signal.aborted ? 'timeout' : null)
  try {
    return await work(AbortSignal.any([signal, timeout.signal]), endedBy)
  } finally {
    finished.abort('finished')
  }
}
