import { expect, it } from 'vitest'
import { collectYoung, type Heap, ownHeap } from '../../src/node/collect-young.ts'
import { createManualClock } from '../support/manual-clock.ts'

const MB = 1024 * 1024

it('scavenges whenever eight megabytes of buffers have gathered, and not before, until it is ended', async () => {
  const clock = createManualClock()
  const stopped = new AbortController()
  let [bytes, scavenges] = [100 * MB, 0]
  const heap: Heap = {
    externalBytes: () => bytes,
    scavenge: () => {
      scavenges += 1
      bytes -= 6 * MB
    },
  }
  const collecting = collectYoung(clock, stopped.signal, heap)
  const grow = async (megabytes: number) => {
    bytes += megabytes * MB
    await clock.untilSleeping()
    await clock.advance(10)
    return scavenges
  }
  expect(await grow(7)).toBe(0)
  expect(await grow(1)).toBe(1)
  // What a scavenge leaves is what is counted from, and what is freed otherwise as well.
  expect(await grow(7)).toBe(1)
  expect(await grow(-20)).toBe(1)
  expect(await grow(8)).toBe(2)
  stopped.abort()
  await collecting
  expect(clock.wakesAtMs()).toEqual([])
})

it('finds the collector of the heap it is in', () => {
  const heap = ownHeap()
  const held = Buffer.allocUnsafeSlow(16 * MB)
  heap.scavenge()
  expect(heap.externalBytes()).toBeGreaterThanOrEqual(held.length)
})
