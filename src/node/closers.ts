import { describeError } from '../domain/describe-error.ts'
import type { Clock, Logger } from '../domain/ports.ts'

export interface Closer {
  /** For the log. */
  what: string
  close(): Promise<unknown>
  /** How long it may take. */
  msMax: number
}

/**
 * Closes the last of them first and leaves none in the list. One that fails, or takes longer than it may, is told of in the log
 * and holds up no other: a database that is away is no reason to stay.
 */
export async function closeAll(closers: Closer[], { clock, logger }: { clock: Clock; logger: Logger }): Promise<void> {
  for (const { what, close, msMax } of closers.splice(0).reverse()) {
    const closed = new AbortController()
    const tooLong = clock.sleep(msMax, closed.signal).then(
      () => Promise.reject(new Error(`not closed within ${msMax} ms`)),
      () => undefined,
    )
    await Promise.race([(async () => close())(), tooLong])
      .catch((error: unknown) => logger.warn('service.not_closed', { what, error: describeError(error) }))
      .finally(() => closed.abort('closed'))
  }
}
