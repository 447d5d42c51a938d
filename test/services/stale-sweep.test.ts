/** What a sweep has read of the turns at work may be old by the time it arrives. */
import { describe, expect, it, vi } from 'vitest'
import { makeId } from '../../src/domain/ids.ts'
import type { ModelAnswer } from '../../src/domain/model-call.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { Executor } from '../../src/services/executor.ts'
import { openHouse } from './installation.ts'

/** Run before and after the database is asked which turns have ended. */
const hold = vi.hoisted(() => ({ before: async () => {}, after: async () => {} }))

vi.mock('../../src/db/turn-leases.ts', async (load) => {
  const leases = await load<typeof import('../../src/db/turn-leases.ts')>()
  return {
    ...leases,
    endedAmong: async (...asked: Parameters<typeof leases.endedAmong>) => {
      if (asked[1].length === 0) return []
      await hold.before()
      const ended = await leases.endedAmong(...asked)
      await hold.after()
      return ended
    },
  }
})

const OVERLOADED: ModelAnswer = {
  ...{ outcome: 'overloaded', httpStatus: 503, message: 'overloaded', facts: {}, billed: 'no' },
  ...{ usage: null, modelVersion: null, responseId: null },
}

describe('a turn that waited a moment and runs again', () => {
  it('is not taken for one that has ended, by a look from when it waited', async () => {
    const house = await openHouse({ interactive: { backoffBaseMs: 200, backoffCapMs: 200 } })
    const { installation } = house
    const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let attempts = 0
    const model: typeof installation.model = {
      attempt: async (request, sink, signal) => {
        attempts += 1
        const isFirst = attempts === 1
        await (isFirst ? asked : told).promise
        return isFirst ? OVERLOADED : installation.model.attempt(request, sink, signal)
      },
    }
    const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
    const executor = new Executor({ ...installation, model }, { nameNode, leaseMs: 30_000, turnsMax: 10 })
    await executor.start()
    try {
      const { id } = await house.submit((await house.session()).id, 'a house')
      hold.before = async () => {
        hold.before = async () => {}
        asked.resolve()
        await house.until(id, ({ status }) => status === 'waiting')
      }
      hold.after = async () => {
        hold.after = async () => {}
        await house.until(id, (turn) => turn.attempts.length === 2)
        // Once the sweep has made of it what it will.
        setImmediate(told.resolve)
      }
      executor.wake()
      const turn = await house.ended(id)
      expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'overloaded' }, { outcome: 'succeeded' }] })
    } finally {
      await executor.drain(0)
    }
  })
})
