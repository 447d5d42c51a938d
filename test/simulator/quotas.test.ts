import { expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, FLASH_25, PRO, quickSimulator } from './api-caller.ts'

const MINUTE_MS = 60_000

async function statuses(simulator: Simulator, count: number, headers: Record<string, string> = {}): Promise<number[]> {
  const result: number[] = []
  for (let index = 0; index < count; index += 1) result.push((await call(simulator, { headers })).httpStatus)
  return result
}

test.each([
  ['requests per minute', { rpm: 2 }, 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'],
  ['images per minute', { ipm: 2 }, 'GenerateImagesPerMinutePerProjectPerModel-FreeTier'],
  ['tokens per minute', { tpm: 5 }, 'GenerateContentPaidTierInputTokensPerModelPerMinute'],
])('%s are refused with how long to wait, and granted after it', async (_, quota, quotaId) => {
  const simulator = await quickSimulator({ quotas: { [PRO]: quota } })
  expect(await statuses(simulator, 2)).toEqual([200, 200])
  const { error } = await call(simulator)
  expect(error?.details).toMatchObject([
    {},
    { violations: [{ quotaId, quotaDimensions: { model: PRO } }] },
    { retryDelay: expect.stringMatching(/^(59|60)s$/) },
  ])
  expect(error?.message).toMatch(/Please retry in (59|60)\.\d{9}s\.$/)
  simulator.advanceClock(MINUTE_MS)
  expect(await statuses(simulator, 2)).toEqual([200, 200])
})

test('requests per day come back at midnight in California, not after a minute', async () => {
  const elevenInTheEvening = Date.UTC(2026, 10, 21, 7)
  const simulator = await quickSimulator({ quotas: { [PRO]: { rpd: 1 } }, startMs: elevenInTheEvening })
  expect(await statuses(simulator, 2)).toEqual([200, 429])
  simulator.advanceClock(5 * MINUTE_MS)
  const { error } = await call(simulator)
  expect(error?.details).toMatchObject([
    {},
    { violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaValue: '1' }] },
    { retryDelay: '38s' },
  ])
  simulator.advanceClock(56 * MINUTE_MS)
  expect(await statuses(simulator, 1)).toEqual([200])
})

test('a refusal takes nothing from the quota, and a quota is of one model and one project', async () => {
  const simulator = await quickSimulator({ quotas: { '*': { rpm: 1 } }, projects: { 'other-key': 'other' } })
  expect(await statuses(simulator, 3)).toEqual([200, 429, 429])
  expect((await call(simulator, { model: FLASH_25 })).httpStatus).toBe(200)
  expect(await statuses(simulator, 2, { 'x-goog-api-key': 'other-key' })).toEqual([200, 429])
  simulator.advanceClock(MINUTE_MS)
  expect(await statuses(simulator, 1)).toEqual([200])
})
