/**
 * Frees the buffers of streams while they are young. A stream of pictures allocates much outside of V8's heap and next to nothing
 * inside, so that V8 seldom scavenges; it notices the buffers at last and marks the whole heap instead, again and again: 70 ms each
 * time for what a scavenge does in one (`npm run bench -- export memory`).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from '../domain/ports.ts'

/** Buffers that may gather between two scavenges. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024
const LOOK_EVERY_MS = 10

export interface Heap {
  /** What is held outside of it. */
  externalBytes(): number
  scavenge(): void
}

/** Looks every few milliseconds, until the signal aborts. */
export async function collectYoung(clock: Clock, stopped: AbortSignal, heap: Heap = ownHeap()): Promise<void> {
  let leastBytes = heap.externalBytes()
  while (!stopped.aborted) {
    const bytes = heap.externalBytes()
    leastBytes = Math.min(leastBytes, bytes)
    if (bytes - leastBytes >= GROWTH_BYTES_MAX) {
      heap.scavenge()
      leastBytes = heap.externalBytes()
    }
    await clock.sleep(LOOK_EVERY_MS, stopped).catch(() => undefined)
  }
}

/** Of this thread. */
export function ownHeap(): Heap {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>
  return { externalBytes: () => getHeapStatistics().external_memory, scavenge: () => collect({ type: 'minor' }) }
}
