import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'

describe('the real clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('tells Unix milliseconds', () => {
    expect(systemClock.nowMs()).toBe(1_000)
  })

  test('a sleep ends when its time has come and not before', async () => {
    const woken = vi.fn()
    const asleep = systemClock.sleep(250).then(woken)
    await vi.advanceTimersByTimeAsync(249)
    expect(woken).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await asleep
    expect(woken).toHaveBeenCalledOnce()
  })

  test('a sleep of thirty days, which one timer cannot hold, lasts thirty days', async () => {
    const dayMs = 86_400_000
    const woken = vi.fn()
    const asleep = systemClock.sleep(30 * dayMs).then(woken)
    await vi.advanceTimersByTimeAsync(30 * dayMs - 1)
    expect(woken).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await asleep
  })

  test('a sleep of nothing ends without a timer', async () => {
    await systemClock.sleep(0)
    await systemClock.sleep(-5)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('an abort ends the sleep with its own reason and leaves no timer', async () => {
    const stop = new AbortController()
    const asleep = systemClock.sleep(60_000, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(asleep).rejects.toThrow('stopped')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a signal that had aborted before lets nobody sleep, not even for nothing', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(systemClock.sleep(60_000, signal)).rejects.toThrow('too late')
    await expect(systemClock.sleep(0, signal)).rejects.toThrow('too late')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a sleep that ended listens to its signal no longer', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const asleep = systemClock.sleep(5, signal)
    await vi.advanceTimersByTimeAsync(5)
    await asleep
    expect(removed).toHaveBeenCalledOnce()
  })
})
