import { expect, test } from 'vitest'
import { createLimit } from '../../src/node/limit-concurrency.ts'

test('tasks run in the order in which they came, never more at once than allowed', async () => {
  const limit = createLimit(2)
  const log: string[] = []
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
  const tasks = ends.map(({ promise }, n) =>
    limit(async () => {
      log.push(`start ${n}`)
      await promise
      log.push(`end ${n}`)
    }),
  )
  for (const n of [1, 0, 3, 2]) {
    ends[n]?.resolve()
    await tasks[n]
  }
  expect(log).toEqual(['start 0', 'start 1', 'end 1', 'start 2', 'end 0', 'start 3', 'end 3', 'end 2'])
})

test('a task that fails makes room for the next', async () => {
  const limit = createLimit(1)
  const failing = limit(() => Promise.reject(new Error('broken')))
  const next = limit(async () => 'done')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('done')
})
