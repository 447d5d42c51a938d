import type { Clock } from '../../src/domain/ports.ts'

export interface ManualClock extends Clock {
  /** Moves time on by `ms`, waking each sleeper at its own moment and in order, those that fall asleep on the way too. */
  advance(ms: number): Promise<void>
  /** When each present sleeper wakes (Unix ms), the soonest first. */
  wakesAtMs(): number[]
  /** Resolves as soon as at least `count` are asleep: what is tested has come to its wait. */
  untilSleeping(count?: number): Promise<void>
}

/** A clock that stands still until a test moves it. `startMs` is Unix ms, by default 2026-11-20T12:00:00Z. */
export function createManualClock(startMs = Date.UTC(2026, 10, 20, 12)): ManualClock {
  let nowMs = startMs
  const sleepers = new Map<() => void, number>()
  const watchers = new Set<() => void>()

  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted()
    if (!(ms > 0)) return
    await new Promise<void>((resolve, reject) => {
      const wake = () => {
        sleepers.delete(wake)
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const stop = () => {
        sleepers.delete(wake)
        reject(signal?.reason)
      }
      sleepers.set(wake, nowMs + ms)
      signal?.addEventListener('abort', stop, { once: true })
      for (const watch of watchers) watch()
    })
  }

  const advance = async (ms: number) => {
    const endMs = nowMs + ms
    for (;;) {
      await settle()
      const [next] = [...sleepers].sort(([, a], [, b]) => a - b)
      if (!next || next[1] > endMs) break
      nowMs = Math.max(nowMs, next[1])
      next[0]()
    }
    nowMs = endMs
  }

  const untilSleeping = (count = 1) =>
    new Promise<void>((resolve) => {
      const watch = () => {
        if (sleepers.size < count) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
      watch()
    })

  return { nowMs: () => nowMs, sleep, advance, wakesAtMs: () => [...sleepers.values()].sort((a, b) => a - b), untilSleeping }
}

/** Lets every promise that can go on go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
