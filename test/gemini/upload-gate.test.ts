import { describe, expect, test } from 'vitest'
import { createUploadGate } from '../../src/gemini/upload-gate.ts'
import { createManualClock } from '../support/manual-clock.ts'

const LARGE = 36_000_000
const never = new AbortController().signal

/** Let everything that can happen happen. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

function open() {
  const clock = createManualClock()
  const gate = createUploadGate(clock)
  const entered: number[] = []
  const leaves: (() => void)[] = []
  const enter = (n: number, bytes = LARGE, signal = never) =>
    gate.enter(bytes, signal).then((leave) => {
      entered.push(n)
      leaves[n] = leave
    })
  return { clock, entered, leaves, enter }
}

describe('large bodies', () => {
  test('are on their way eight at a time, the others in the order in which they came', async () => {
    const { entered, leaves, enter } = open()
    for (let n = 0; n < 12; n++) void enter(n)
    await settle()
    expect(entered).toHaveLength(8)
    leaves[3]?.()
    leaves[3]?.()
    await settle()
    expect(entered.slice(8)).toEqual([8])
    for (const n of [0, 1, 2, 4, 5]) leaves[n]?.()
    await settle()
    expect(entered.slice(8)).toEqual([8, 9, 10, 11])
  })

  test('that are small wait for nobody', async () => {
    const { entered, enter } = open()
    for (let n = 0; n < 12; n++) void enter(n)
    void enter(99, 1_000_000)
    await settle()
    expect(entered).toContain(99)
  })

  test('that are stuck hold the others up for ten seconds, and no longer', async () => {
    const { clock, entered, enter } = open()
    for (let n = 0; n < 12; n++) void enter(n)
    await settle()
    await clock.advance(9_999)
    expect(entered).toHaveLength(8)
    await clock.advance(1)
    await settle()
    expect(entered).toHaveLength(12)
  })

  test('that are given up while they wait were not sent, and take no place', async () => {
    const { entered, leaves, enter } = open()
    for (let n = 0; n < 8; n++) void enter(n)
    const gone = new AbortController()
    const given = enter(8, LARGE, gone.signal)
    void enter(9)
    gone.abort()
    await expect(given).rejects.toMatchObject({ name: 'TransportError', sent: 'no' })
    leaves[0]?.()
    await settle()
    expect(entered.at(-1)).toBe(9)
    await expect(enter(18, LARGE, gone.signal)).rejects.toMatchObject({ sent: 'no' })
  })
})
