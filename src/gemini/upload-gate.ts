/**
 * Lets only so many large bodies be on their way to an endpoint at once, the others in the order in which they came. All of them
 * together arrive no sooner, and each takes its memory all the while: a hundred of 36 MB took 200 MB, sixteen 50. With eight the event
 * loop is at each of them sooner: 20 ms at the 99th percentile, where sixteen took 30.
 */
import type { Clock } from '../domain/ports.ts'
import { TransportError } from './transport.ts'

/** Smaller bodies are over before they could be waited for. */
const LARGE_BYTES = 2_000_000
const PLACES = 8
/** An upload that is slow or stuck holds up nobody for longer than this. */
const PLACE_MS = 10_000

export interface UploadGate {
  /**
   * Resolves when the body may be sent, with what gives the place back, which may be called more than once. Rejects with
   * `TransportError` when the signal aborts before: nothing was sent.
   */
  enter(bytes: number, signal: AbortSignal): Promise<() => void>
}

export function createUploadGate(clock: Clock): UploadGate {
  const waiting = new Set<() => void>()
  let free = PLACES

  const takePlace = (): (() => void) => {
    const left = new AbortController()
    const leave = () => {
      if (left.signal.aborted) return
      left.abort()
      const [next] = waiting
      if (next === undefined) free += 1
      else next()
    }
    clock.sleep(PLACE_MS, left.signal).then(leave, () => undefined)
    return leave
  }

  return {
    async enter(bytes, signal) {
      if (signal.aborted) throw unsent()
      if (bytes < LARGE_BYTES) return () => {}
      if (free > 0) free -= 1
      else await inLine(waiting, signal)
      return takePlace()
    },
  }
}

function inLine(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const admit = () => {
      waiting.delete(admit)
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => {
      waiting.delete(admit)
      reject(unsent())
    }
    waiting.add(admit)
    signal.addEventListener('abort', giveUp, { once: true })
  })
}

function unsent(): TransportError {
  return new TransportError('no', 'UND_ERR_ABORTED')
}
