/** An executor that lives for one event, as in a Worker. */
import { expect, test } from 'vitest'
import { makeId } from '../../src/domain/ids.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { Executor } from '../../src/services/executor.ts'
import { openHouse } from './installation.ts'

/** A turn whose first answer is 503, with 200 ms to wait, and an executor that stays for `stayMs`. */
async function runOverloaded(stayMs: number) {
  const house = await openHouse({ interactive: { backoffBaseMs: 200, backoffCapMs: 200 } })
  house.simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'error', error: 'overloaded' } }])
  const { id } = await house.session()
  const { id: turnId } = await house.submit(id, 'a house')
  const nameNode = () => makeId('nod', systemClock.nowMs(), systemRandom.bytes(10))
  await new Executor(house.installation, { nameNode, leaseMs: 30_000, turnsMax: 10 }).runOnce(stayMs)
  return house.until(turnId, () => true)
}

test('it stays for a wait that ends while it may', async () => {
  expect(await runOverloaded(30_000)).toMatchObject({ status: 'succeeded' })
})

test('it leaves a turn that waits for longer to the next event', async () => {
  const turn = await runOverloaded(0)
  expect(turn.status).toBe('waiting')
  expect(turn.attempts.map(({ outcome }) => outcome)).toEqual(['overloaded'])
})
