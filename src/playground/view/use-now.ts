import { useEffect, useState } from 'preact/hooks'
import { systemClock } from '../../runtime/clock.ts'

/** The time in Unix ms, again every so many ms. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(systemClock.nowMs())
  useEffect(() => {
    const gone = new AbortController()
    const tick = async () => {
      while (!gone.signal.aborted) {
        await systemClock.sleep(everyMs, gone.signal)
        setNowMs(systemClock.nowMs())
      }
    }
    tick().catch(() => undefined)
    return () => gone.abort()
  }, [everyMs])
  return nowMs
}
