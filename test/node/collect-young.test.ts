import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'

it('buffers nobody holds are freed long before V8 would look for them, until it is ended', async () => {
  // What other tests have left in this heap decides what a scavenge can free.
  const heap = new Worker(new URL('./young-heap.ts', import.meta.url))
  const ended = once(heap, 'exit')
  const [{ grown, left }] = (await once(heap, 'message')) as [{ grown: number; left: number }]
  expect(grown).toBeGreaterThanOrEqual(24 * 1024 * 1024)
  expect(left).toBeLessThan(grown / 4)
  expect(await ended).toEqual([0])
})
