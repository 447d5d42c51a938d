import { Buffer } from 'node:buffer'
import { getHeapStatistics } from 'node:v8'
import { expect, it } from 'vitest'
import { collectYoung } from '../../src/node/collect-young.ts'
import { systemClock } from '../../src/runtime/clock.ts'

const held = () => getHeapStatistics().external_memory

/** Buffers that nobody holds, made without filling V8's heap. */
function makeGarbage(megabytes: number): void {
  for (let n = 0; n < megabytes; n++) Buffer.allocUnsafeSlow(1024 * 1024)
}

it('buffers nobody holds are freed long before V8 would look for them, until it is ended', async () => {
  const stopped = new AbortController()
  const collecting = collectYoung(systemClock, stopped.signal)
  const before = held()
  makeGarbage(24)
  expect(held() - before).toBeGreaterThanOrEqual(24 * 1024 * 1024)
  await expect.poll(held).toBeLessThan(before + 4 * 1024 * 1024)
  stopped.abort()
  await collecting
})
