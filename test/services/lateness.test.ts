import { describe, expect, it } from 'vitest'
import { adoptAttempt } from '../../src/services/adopt-attempt.ts'
import { getSession } from '../../src/services/get-session.ts'
import { openHouse } from './installation.ts'

describe('an answer that is not there at the deadline', () => {
  it('leaves the outcome unknown, is read on, kept, and can be adopted', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'latency', ms: 1_500 } }] } })
    await house.startNode()
    const { id: sessionId } = await house.session()
    const { id } = await house.submit(sessionId, 'a house', { request: { deadlineMs: 1_000 } })
    const unknown = await house.ended(id)
    expect(unknown).toMatchObject({ status: 'outcome_unknown', billed: 'maybe', error: { code: 'outcome_unknown' }, output: [] })
    expect(unknown.attempts).toMatchObject([{ outcome: null }])
    await expect(adoptAttempt({ ctx: house.ctx, input: { turnId: id, attempt: 1 } })).rejects.toMatchObject({ code: 'invalid_request' })
    const late = await house.until(id, ({ attempts }) => attempts[0]?.outcome !== null)
    expect(late).toMatchObject({ status: 'outcome_unknown', billed: 'yes', attempts: [{ outcome: 'succeeded', late: true }] })
    const adopted = await adoptAttempt({ ctx: house.ctx, input: { turnId: id, attempt: 1 } })
    expect(adopted).toMatchObject({ status: 'succeeded', error: null, model: 'gemini-3-pro-image' })
    expect(adopted.output.some(({ mediaId }) => mediaId !== null)).toBe(true)
    expect((await adoptAttempt({ ctx: house.ctx, input: { turnId: id, attempt: 1 } })).version).toBe(adopted.version)
    expect((await getSession({ ctx: house.ctx, input: { sessionId } })).headTurnId).toBe(id)
    const next = await house.ended((await house.submit(sessionId, 'at night')).id)
    expect(next).toMatchObject({ status: 'succeeded', parentId: id, fidelity: 'exact' })
    expect(house.simulator.counts().generated).toBe(2)
  })

  it('and never comes closes its ledger row when patience ends', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'silence' } }] }, policy: { lingerMs: 100 } })
    await house.startNode()
    const { id } = await house.submit((await house.session()).id, 'a house', { request: { deadlineMs: 1_000 } })
    await house.ended(id)
    const closed = await house.until(id, ({ attempts }) => attempts[0]?.outcome !== null)
    expect(closed).toMatchObject({ status: 'outcome_unknown', billed: 'maybe', attempts: [{ outcome: 'canceled', late: false }] })
  })
})
