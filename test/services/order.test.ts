import { describe, expect, it } from 'vitest'
import { cancelTurn } from '../../src/services/cancel-turn.ts'
import { updateSession } from '../../src/services/update-session.ts'
import type { SimulatorOptions } from '../../src/simulator/options.ts'
import { openHouse } from './installation.ts'

/** Keeps every generation going long enough for what a test does meanwhile. */
const SLOW: SimulatorOptions = { faults: [{ fault: { kind: 'latency', ms: 150 } }] }

describe('a second turn in a session', () => {
  it('is refused while another is active, with its id, and accepted after', async () => {
    const house = await openHouse()
    const { id } = await house.session()
    const first = await house.submit(id, 'a house')
    await expect(house.submit(id, 'a boat')).rejects.toMatchObject({ code: 'session_busy', problem: { turnId: first.id } })
    await house.startNode()
    await house.ended(first.id)
    expect((await house.submit(id, 'a boat')).parentId).toBe(first.id)
  })

  it('queues in order of arrival, and each builds on the head of the moment it starts', async () => {
    const house = await openHouse({ simulator: SLOW })
    const { id } = await house.session({ onConflict: 'enqueue' })
    const submitted = [await house.submit(id, 'a house'), await house.submit(id, 'at night'), await house.submit(id, 'with snow')]
    expect(submitted.map(({ queuePosition, waitReason }) => [queuePosition, waitReason])).toEqual([
      [0, null],
      [1, 'queue'],
      [2, 'queue'],
    ])
    await house.startNode()
    const turns = await Promise.all(submitted.map((turn) => house.ended(turn.id)))
    expect(turns.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(turns.map(({ parentId, index }) => [parentId, index])).toEqual([
      [null, 0],
      [turns[0]?.id, 1],
      [turns[1]?.id, 2],
    ])
    for (const [index, turn] of turns.slice(1).entries()) expect(turn.startedAtMs).toBeGreaterThanOrEqual(turns[index]?.endedAtMs ?? 0)
  })

  it('that queued behind one which fails builds on the head as it was', async () => {
    const house = await openHouse({ endpoint: { key: 'bad-key' } })
    const { id } = await house.session({ onConflict: 'enqueue' })
    const submitted = [await house.submit(id, 'a house'), await house.submit(id, 'at night')]
    await house.startNode()
    const turns = await Promise.all(submitted.map((turn) => house.ended(turn.id)))
    expect(turns.map(({ status, parentId }) => [status, parentId])).toEqual([
      ['failed', null],
      ['failed', null],
    ])
  })

  it('takes the place of all before it when told to, queued ones included', async () => {
    const house = await openHouse({ simulator: SLOW })
    await house.startNode()
    const { id } = await house.session({ onConflict: 'enqueue' })
    const [first, second] = [await house.submit(id, 'a house'), await house.submit(id, 'at night')]
    await house.until(first.id, ({ attempts }) => attempts.length > 0)
    await updateSession({ ctx: house.ctx, input: { sessionId: id, changes: { onConflict: 'replace' } } })
    const third = await house.ended((await house.submit(id, 'a boat')).id)
    expect(third).toMatchObject({ status: 'succeeded', parentId: null })
    expect(await house.ended(first.id)).toMatchObject({ status: 'canceled', error: { code: 'canceled' } })
    expect(await house.ended(second.id)).toMatchObject({ status: 'canceled', attempts: [], billed: 'no' })
  })

  it('is refused when the head is not what its sender believes', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id } = await house.session()
    await expect(house.submit(id, 'a house', { expectedHeadTurnId: 'trn_other' })).rejects.toMatchObject({ code: 'stale_parent' })
    const first = await house.ended((await house.submit(id, 'a house', { expectedHeadTurnId: null })).id)
    await expect(house.submit(id, 'at night', { expectedHeadTurnId: null })).rejects.toMatchObject({ code: 'stale_parent' })
    await house.ended((await house.submit(id, 'at night', { expectedHeadTurnId: first.id })).id)
  })

  it('cannot build on a turn that did not succeed, or of another session', async () => {
    const house = await openHouse()
    const { id } = await house.session()
    const canceled = await house.cancel((await house.submit(id, 'a house')).id)
    const elsewhere = await house.submit((await house.session()).id, 'a boat')
    for (const parentId of [canceled.id, elsewhere.id, 'trn_unknown']) {
      await expect(house.submit(id, 'at night', { parentId })).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })
})

describe('cancel', () => {
  it('ends a turn at once while its attempt is in flight, sends nothing more, and keeps the answer for adoption', async () => {
    const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'latency', ms: 300 } }] } })
    await house.startNode()
    const { id: sessionId } = await house.session()
    const { id } = await house.submit(sessionId, 'a house')
    await house.until(id, ({ attempts }) => attempts.length > 0)
    expect(await house.cancel(id)).toMatchObject({ status: 'canceled', billed: 'maybe', output: [] })
    const late = await house.until(id, ({ attempts }) => attempts[0]?.outcome !== null)
    expect(late.attempts).toMatchObject([{ outcome: 'succeeded', late: true, billed: 'yes' }])
    expect(late).toMatchObject({ status: 'canceled', output: [], billed: 'yes' })
    expect(house.simulator.counts().requests).toBe(1)
    expect((await cancelTurn({ ctx: house.ctx, input: { turnId: id } })).version).toBe(late.version)
  })

  it('of a turn nobody has begun costs nothing', async () => {
    const house = await openHouse()
    const { id } = await house.submit((await house.session()).id, 'a house')
    expect(await house.cancel(id)).toMatchObject({ status: 'canceled', billed: 'no', attempts: [] })
    await house.startNode()
    expect(house.simulator.counts().requests).toBe(0)
  })

  it('of a turn that waits between attempts lets none follow', async () => {
    const house = await openHouse({
      simulator: { faults: [{ fault: { kind: 'error', error: 'overloaded' } }] },
      interactive: { backoffBaseMs: 5_000, backoffCapMs: 5_000 },
    })
    await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house')
    await house.until(id, ({ status }) => status === 'waiting')
    expect(await house.cancel(id)).toMatchObject({ status: 'canceled', billed: 'no', waitReason: null })
    expect(house.simulator.counts().requests).toBe(1)
  })
})
