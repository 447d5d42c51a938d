import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { eventsOfTurn } from '../../src/db/event-queries.ts'
import { findSession } from '../../src/db/session-queries.ts'
import { adoptLateAttempt, cancelActiveTurn, closeLateAttempt, LOST_ATTEMPT } from '../../src/db/turn-endings.ts'
import { type ClaimedTurn, claimDueTurns, retireNode } from '../../src/db/turn-leases.ts'
import { moveTurn, startAttempt } from '../../src/db/turn-progress.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'

const { NOW_MS, TENANT } = given
const why = turnProblem('canceled', 'it was canceled')
const late = given.endOf(1, given.SUCCEEDED, { parts: [given.textPart(0, 'late')], costUsd: 0.04 })

/** A turn that was canceled while its first attempt was in flight. */
async function canceledInFlight(db: Database): Promise<{ claimed: ClaimedTurn; sessionId: string }> {
  const sessionId = await given.aSession(db)
  const claimed = await given.started(db, await given.aTurn(db, sessionId))
  await startAttempt(db, claimed, given.anAttempt(1, { fallback: true, degraded: ['size'] }), NOW_MS)
  expect(await cancelActiveTurn(db, claimed.turnId, why, NOW_MS)).toBe(true)
  return { claimed, sessionId }
}

describe('cancel', () => {
  it('ends a queued, a running and a waiting turn at once, and one that has ended not again', async () => {
    const { db } = await freshDatabase()
    const queued = await given.aTurn(db, await given.aSession(db), { by: 'nobody' })
    const running = (await given.started(db, await given.aTurn(db, await given.aSession(db)))).turnId
    const waiting = await given.started(db, await given.aTurn(db, await given.aSession(db)))
    await moveTurn(db, waiting, null, { to: 'waiting', untilMs: NOW_MS, reason: 'quota' }, [], NOW_MS)
    for (const id of [queued, running, waiting.turnId]) {
      expect(await cancelActiveTurn(db, id, why, NOW_MS)).toBe(true)
      const turn = await given.turnOf(db, id)
      expect(turn).toMatchObject({ status: 'canceled', endedAtMs: NOW_MS, error: why, waitReason: null, billed: 'no' })
      expect((await eventsOfTurn(db, id, turn.version - 1)).map(({ type }) => type)).toEqual(['turn.canceled'])
      expect(await cancelActiveTurn(db, id, why, NOW_MS + 1)).toBe(false)
      expect(await given.turnOf(db, id)).toEqual(turn)
    }
    expect(await claimDueTurns(db, await given.aNode(db), 10)).toEqual([])
  })

  it('of a turn in the queue leaves the others waiting for the one that runs', async () => {
    const { db, sql } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const running = await given.started(db, await given.aTurn(db, sessionId))
    const [second, third] = [await given.aTurn(db, sessionId, { by: 'nobody' }), await given.aTurn(db, sessionId, { by: 'nobody' })]
    await cancelActiveTurn(db, second, why, NOW_MS)
    expect(await sql`select id from turns where due_at_ms is not null`).toEqual([])
    expect(await claimDueTurns(db, running.nodeId, 10)).toEqual([])
    await given.succeed(db, running)
    await given.claim(db, third)
  })

  it('lets the next turn start while an answer is still read on, and no further attempt of its own', async () => {
    const { db } = await freshDatabase()
    const { claimed, sessionId } = await canceledInFlight(db)
    expect((await given.turnOf(db, claimed.turnId)).billed).toBe('maybe')
    expect(await startAttempt(db, claimed, given.anAttempt(2), NOW_MS)).toBe(false)
    await given.claim(db, await given.aTurn(db, sessionId))
  })
})

describe('an answer that comes after the end', () => {
  it('closes the ledger once, and is kept as late', async () => {
    const { db } = await freshDatabase()
    const { claimed } = await canceledInFlight(db)
    expect(await closeLateAttempt(db, claimed, late, NOW_MS)).toBe(true)
    expect(await closeLateAttempt(db, claimed, given.endOf(1, LOST_ATTEMPT), NOW_MS)).toBe(false)
    const turn = await given.turnOf(db, claimed.turnId)
    expect(turn).toMatchObject({ status: 'canceled', billed: 'yes', costUsd: 0.04, output: [] })
    expect(turn.attempts).toMatchObject([{ outcome: 'succeeded', late: true }])
    expect((await eventsOfTurn(db, turn.id, turn.version - 1)).map(({ type }) => type)).toEqual(['attempt.late'])
    expect(await claimDueTurns(db, claimed.nodeId, 10)).toEqual([])
  })

  it('can be adopted once, as it was made, and moves the head', async () => {
    const { db } = await freshDatabase()
    const { claimed, sessionId } = await canceledInFlight(db)
    await closeLateAttempt(db, claimed, late, NOW_MS)
    const adopted = await Promise.all([1, 2, 3].map(() => adoptLateAttempt(db, claimed.turnId, 1, NOW_MS)))
    expect(adopted.filter(Boolean)).toHaveLength(1)
    const turn = await given.turnOf(db, claimed.turnId)
    expect(turn).toMatchObject({ status: 'succeeded', error: null, fallback: true, degraded: ['size'], model: 'gemini-3-pro-image' })
    expect(turn.output.map(({ text }) => text)).toEqual(['late'])
    expect((await findSession(db, TENANT, sessionId))?.headTurnId).toBe(turn.id)
    expect((await eventsOfTurn(db, turn.id, turn.version - 1)).map(({ type }) => type)).toEqual(['turn.succeeded'])
  })

  it('cannot be adopted when it failed, is another attempt, or is not there', async () => {
    const { db } = await freshDatabase()
    const { claimed } = await canceledInFlight(db)
    expect(await adoptLateAttempt(db, claimed.turnId, 1, NOW_MS)).toBe(false)
    await closeLateAttempt(db, claimed, given.endOf(1, given.OVERLOADED), NOW_MS)
    expect(await adoptLateAttempt(db, claimed.turnId, 1, NOW_MS)).toBe(false)
    expect(await adoptLateAttempt(db, claimed.turnId, 2, NOW_MS)).toBe(false)
  })

  it('is closed by another node when its own has died, so that every ledger row closes', async () => {
    const { db } = await freshDatabase()
    const { claimed } = await canceledInFlight(db)
    await retireNode(db, claimed.nodeId)
    const taken = await given.claim(db, claimed.turnId)
    expect(taken.status).toBe('canceled')
    expect(await closeLateAttempt(db, claimed, late, NOW_MS)).toBe(false)
    expect(await closeLateAttempt(db, taken, given.endOf(1, LOST_ATTEMPT), NOW_MS)).toBe(true)
    expect((await given.turnOf(db, claimed.turnId)).attempts).toMatchObject([{ outcome: 'ambiguous', late: false, billed: 'maybe' }])
  })
})
