import { expect, test } from 'vitest'
import { createManualClock } from './manual-clock.ts'

test('time stands still until it is moved, and sleepers wake in order, each at its own moment', async () => {
  const clock = createManualClock(0)
  const woken: [string, number][] = []
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms)
    woken.push([name, clock.nowMs()])
  }
  const all = [sleeper('late', 300), sleeper('soon', 100), sleeper('later', 301)]
  expect(clock.wakesAtMs()).toEqual([100, 300, 301])
  await clock.advance(300)
  expect(woken).toEqual([
    ['soon', 100],
    ['late', 300],
  ])
  await clock.advance(1)
  await Promise.all(all)
  expect(clock.nowMs()).toBe(301)
})

test('one who falls asleep again on the way wakes again on the way', async () => {
  const clock = createManualClock(0)
  const wokenAtMs: number[] = []
  const looping = (async () => {
    for (let n = 0; n < 3; n++) {
      await clock.sleep(100)
      wokenAtMs.push(clock.nowMs())
    }
  })()
  await clock.advance(300)
  await looping
  expect(wokenAtMs).toEqual([100, 200, 300])
})

test('an abort ends a sleep at once, with its reason', async () => {
  const clock = createManualClock(0)
  const stop = new AbortController()
  const asleep = clock.sleep(100, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(asleep).rejects.toThrow('stopped')
  expect(clock.wakesAtMs()).toEqual([])
})

test('a test can wait until what it tests has fallen asleep', async () => {
  const clock = createManualClock(0)
  const working = (async () => {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.sleep(50)
    return clock.nowMs()
  })()
  await clock.untilSleeping()
  await clock.advance(50)
  expect(await working).toBe(50)
})
