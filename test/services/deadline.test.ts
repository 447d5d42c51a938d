import { describe, expect, it } from 'vitest'
import { makeId } from '../../src/domain/ids.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { Executor } from '../../src/services/executor.ts'
import { openHouse } from './installation.ts'

const DEADLINE_MS = 1_000

describe('a turn whose pictures take too long to upload', () => {
  it('ends at its deadline, and sends nothing after it', async () => {
    const house = await openHouse({
      simulator: { faults: [{ match: { call: 'upload' }, fault: { kind: 'latency', ms: 3 * DEADLINE_MS } }] },
    })
    await house.startNode()
    const photo = await house.picture()
    const request = { deadlineMs: DEADLINE_MS, parts: [{ type: 'image' as const, mediaId: photo.id }] }
    const turn = await house.ended((await house.submit((await house.session()).id, '', { request })).id)
    expect(turn).toMatchObject({ status: 'failed', billed: 'no', attempts: [], error: { code: 'deadline_exceeded' } })
    expect((turn.endedAtMs ?? 0) - (turn.deadlineAtMs ?? 0)).toBeLessThan(DEADLINE_MS)
    expect(house.simulator.counts().generated).toBe(0)
  })
})

describe('a turn that runs out of time while the database is away', () => {
  it('ends when it is back, and keeps the answer that comes after', async () => {
    const house = await openHouse()
    const { installation } = house
    const ended = Promise.withResolvers<void>()
    let isAway = false
    const model: typeof installation.model = {
      attempt: async (...asked) => {
        isAway = true
        await ended.promise
        return installation.model.attempt(...asked)
      },
    }
    const models: typeof installation.models = {
      ...installation.models,
      read: (keys) => {
        if (!isAway) return installation.models.read(keys)
        isAway = false
        return Promise.reject(Object.assign(new Error('the connection is gone'), { code: 'CONNECTION_CLOSED' }))
      },
    }
    const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
    const executor = new Executor({ ...installation, model, models }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
    await executor.start()
    try {
      const { id } = await house.submit((await house.session()).id, 'a house', { request: { deadlineMs: DEADLINE_MS } })
      await house.ended(id)
      ended.resolve()
      const turn = await house.until(id, ({ attempts }) => attempts[0]?.outcome !== null)
      expect(turn).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'succeeded', late: true }] })
    } finally {
      await executor.drain(0)
    }
  })
})
