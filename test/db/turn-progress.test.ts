import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { eventsOfTurn } from '../../src/db/event-queries.ts'
import { findSession } from '../../src/db/session-queries.ts'
import { moveTurn, recordEvents, startAttempt, startTurn, type TurnStep } from '../../src/db/turn-progress.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'
import { expectRefused } from './refusal.ts'

const { NOW_MS, TENANT } = given
const failed = { to: 'failed', error: turnProblem('upstream_fault', 'it broke'), lingering: false } as const
const ENDS: Record<string, TurnStep> = {
  succeeded: { to: 'succeeded', attempt: 1, model: 'm', modelVersion: 'v', fidelity: 'repacked', fallback: true, degraded: ['size'] },
  failed,
  outcome_unknown: { ...failed, to: 'outcome_unknown' },
  canceled: { ...failed, to: 'canceled' },
}

describe('a turn that starts', () => {
  it('has its deadline and its first event from one commit, once', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.claim(db, id)
    expect(await startTurn(db, claimed, { startedAtMs: NOW_MS + 5, deadlineAtMs: NOW_MS + 9 })).toEqual({ parentId: null, depth: 0 })
    expect(await given.turnOf(db, id)).toMatchObject({ startedAtMs: NOW_MS + 5, deadlineAtMs: NOW_MS + 9, version: 2, status: 'running' })
    expect(await startTurn(db, claimed, { startedAtMs: NOW_MS + 6, deadlineAtMs: NOW_MS + 10 })).toBeNull()
  })

  it('builds on the head of that moment when it had to queue, and on its parent otherwise', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const root = await given.aSucceededTurn(db, sessionId)
    const first = await given.aTurn(db, sessionId, { parentId: root, depth: 1 })
    const queued = await given.aTurn(db, sessionId, { parentId: root, depth: 1, parentIsHead: true, by: 'nobody' })
    const sibling = await given.aTurn(db, sessionId, { parentId: root, depth: 1, by: 'nobody' })
    await given.succeed(db, await given.started(db, first))
    const claimed = await given.claim(db, queued)
    expect(await startTurn(db, claimed, { startedAtMs: NOW_MS, deadlineAtMs: NOW_MS })).toEqual({ parentId: first, depth: 2 })
    await given.succeed(db, claimed)
    expect(await startTurn(db, await given.claim(db, sibling), { startedAtMs: NOW_MS, deadlineAtMs: NOW_MS })).toEqual({
      parentId: root,
      depth: 1,
    })
  })
})

describe('events', () => {
  it('are numbered without gaps in the same commit as the version', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.started(db, id)
    await startAttempt(db, claimed, given.anAttempt(1), NOW_MS)
    const texts = [1, 2, 3].map((n) => ({ type: 'part.text', data: { n } }) as const)
    expect(await recordEvents(db, claimed, texts, NOW_MS)).toBe(true)
    const waiting = { to: 'waiting', untilMs: NOW_MS + 4, reason: 'overloaded' } as const
    const told = [{ type: 'attempt.failed', data: {} } as const, { type: 'turn.waiting', data: {} } as const]
    await moveTurn(db, claimed, given.endOf(1, given.OVERLOADED), waiting, told, NOW_MS)
    const events = await eventsOfTurn(db, id, 0)
    expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      ...['1 turn.queued', '2 turn.started', '3 attempt.started', '4 part.text', '5 part.text', '6 part.text'],
      ...['7 attempt.failed', '8 turn.waiting'],
    ])
    expect(events.slice(3, 6).map(({ data }) => data.n)).toEqual([1, 2, 3])
    expect((await given.turnOf(db, id)).version).toBe(8)
    expect((await eventsOfTurn(db, id, 7)).map(({ seq }) => seq)).toEqual([8])
  })
})

describe('an attempt', () => {
  it('is written along with the start of its turn, when that is not written yet', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.claim(db, id)
    const start = { startedAtMs: NOW_MS + 5, deadlineAtMs: NOW_MS + 9 }
    expect(await startAttempt(db, claimed, given.anAttempt(1), NOW_MS + 6, start)).toBe(true)
    expect(await given.turnOf(db, id)).toMatchObject({ ...start, version: 3, attempts: [{ startedAtMs: NOW_MS + 6 }] })
    const events = await eventsOfTurn(db, id, 0)
    expect(events.map(({ seq, type, atMs }) => [seq, type, atMs - NOW_MS])).toEqual([
      [1, 'turn.queued', 0],
      [2, 'turn.started', 6],
      [3, 'attempt.started', 6],
    ])
  })

  it('is written before it is sent, and once, though its writer asks twice', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.started(db, id)
    const attempt = given.anAttempt(1, { image: { size: '2K' }, degraded: ['size'], fallback: true, fidelity: 'windowed' })
    expect(await startAttempt(db, claimed, attempt, NOW_MS)).toBe(true)
    expect(await startAttempt(db, claimed, attempt, NOW_MS + 1)).toBe(true)
    const { attempts, billed } = await given.turnOf(db, id)
    expect(attempts).toHaveLength(1)
    expect(attempts[0]).toMatchObject({
      n: 1,
      endedAtMs: null,
      outcome: null,
      image: { size: '2K' },
      fidelity: 'windowed',
      startedAtMs: NOW_MS + 1,
    })
    expect(billed).toBe('maybe')
  })

  it('cannot be in flight beside another of its turn', async () => {
    const { db } = await freshDatabase()
    const claimed = await given.started(db, await given.aTurn(db, await given.aSession(db)))
    await startAttempt(db, claimed, given.anAttempt(1), NOW_MS)
    await expectRefused(startAttempt(db, claimed, given.anAttempt(2), NOW_MS), 'attempts_one_in_flight')
    await moveTurn(db, claimed, given.endOf(1, given.OVERLOADED), { to: 'running' }, [{ type: 'attempt.failed', data: {} }], NOW_MS)
    expect(await startAttempt(db, claimed, given.anAttempt(2), NOW_MS)).toBe(true)
  })

  it('is closed once, with what the upstream said, whatever characters that holds', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const claimed = await given.started(db, id)
    await startAttempt(db, claimed, given.anAttempt(1), NOW_MS)
    const answer = {
      ...given.OVERLOADED,
      message: 'nul \u0000, half \ud800 a pair',
      facts: { retryAfterMs: 48_000, finishReason: '\u0000' },
    }
    const close = (message: string) =>
      moveTurn(db, claimed, given.endOf(1, { ...answer, message }, { waitMs: 7, costUsd: 0.134 }), { to: 'running' }, [], NOW_MS)
    expect(await close(answer.message)).toBe(true)
    expect(await close('another')).toBe(true)
    expect((await given.turnOf(db, id)).attempts[0]).toMatchObject({
      ...{ outcome: 'overloaded', httpStatus: 503, message: answer.message, facts: answer.facts, next: 'retry', waitMs: 7, billed: 'no' },
      ...{ costUsd: 0.134, endedAtMs: NOW_MS + 1 },
    })
  })

  it('that succeeds leaves its parts, in order and exactly as they came', async () => {
    const { db } = await freshDatabase()
    const id = await given.aTurn(db, await given.aSession(db))
    const raws = ['{"text":"\\u0000 \\ud800","b":1,"a":1.0}', '{"thought":true,"text":"hm"}']
    const mediaId = await given.aPicture(db)
    const hole = { at: 10, holds: 'image', sha256: given.digest('x'), bytes: 1, alphabet: 'base64', padded: true } as const
    await given.succeed(db, await given.started(db, id), [
      given.textPart(0, '', { raw: raws[0] ?? '' }),
      given.textPart(1, '', { raw: raws[1] ?? '', thought: true }),
      given.textPart(2, '', { raw: '{"inlineData":{"data":""}}', holes: [hole], mediaId }),
    ])
    const { output } = await given.turnOf(db, id)
    expect(output.map(({ raw }) => raw)).toEqual([...raws, '{"inlineData":{"data":""}}'])
    expect(output.map(({ thought, mediaId: shown, attempt }) => [thought, shown, attempt])).toEqual([
      ...[
        [false, null, 1],
        [true, null, 1],
      ],
      [false, mediaId, 1],
    ])
    expect(output[2]).toMatchObject({ holes: [hole], image: { mimeType: 'image/png', width: 2, height: 3 } })
    expect(output[0]).toMatchObject({ text: '\u0000 \ud800', signed: false, mintedBy: { api: 'gemini', model: 'gemini-3-pro-image' } })
  })
})

describe.each(Object.entries(ENDS))('a turn that ends %s', (status, step) => {
  const endIt = async (db: Parameters<typeof moveTurn>[0], id: string) => {
    const claimed = await given.started(db, id)
    await startAttempt(db, claimed, given.anAttempt(1), NOW_MS)
    const answer = status === 'succeeded' ? given.SUCCEEDED : given.OVERLOADED
    return moveTurn(db, claimed, given.endOf(1, answer), step, [{ type: `turn.${status}` as 'turn.failed', data: {} }], NOW_MS + 1)
  }

  it('moves the head on success only', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const id = await given.aTurn(db, sessionId)
    expect(await endIt(db, id)).toBe(true)
    expect(await given.turnOf(db, id)).toMatchObject({
      status,
      endedAtMs: NOW_MS + 1,
      ...(status === 'succeeded' ? { model: 'm', fallback: true } : {}),
    })
    expect((await findSession(db, TENANT, sessionId))?.headTurnId).toBe(status === 'succeeded' ? id : null)
  })

  it('does not move a head that has moved away from its parent', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const root = await given.aSucceededTurn(db, sessionId)
    const id = await given.aTurn(db, sessionId, { parentId: root, depth: 1 })
    await db.execute(sql`update sessions set head_turn_id = null`)
    await endIt(db, id)
    expect((await findSession(db, TENANT, sessionId))?.headTurnId).toBeNull()
  })

  it('makes the first turn that queues behind it due, and only that one', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const id = await given.aTurn(db, sessionId)
    const second = await given.aTurn(db, sessionId, { by: 'nobody' })
    const third = await given.aTurn(db, sessionId, { by: 'nobody' })
    await endIt(db, id)
    await given.claim(db, second)
    expect((await given.turnOf(db, third)).status).toBe('queued')
  })
})

describe('the database itself', () => {
  it('refuses a second active turn in a session', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    await given.started(db, await given.aTurn(db, sessionId))
    const second = await given.aTurn(db, sessionId, { by: 'nobody' })
    await expectRefused(db.execute(sql`update turns set status = 'waiting' where id = ${second}`), 'turns_one_active_per_session')
  })
})
