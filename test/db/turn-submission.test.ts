import { describe, expect, it } from 'vitest'
import { cancelActiveTurn } from '../../src/db/turn-endings.ts'
import { findKeyUse, readSessionState, rememberKeyUse } from '../../src/db/turn-submission.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'

const { NOW_MS } = given

describe('what a new turn finds in its session', () => {
  it('is the turn that is active, else the first that queues, else nothing', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const busy = async () => (await readSessionState(db, sessionId, null)).busyTurnId
    expect(await busy()).toBeNull()
    const first = await given.aTurn(db, sessionId)
    const second = await given.aTurn(db, sessionId, { by: 'nobody' })
    await given.aTurn(db, await given.aSession(db), { by: 'nobody' })
    expect(await busy()).toBe(first)
    const claimed = await given.started(db, first)
    expect(await busy()).toBe(first)
    await given.succeed(db, claimed)
    expect(await busy()).toBe(second)
    await cancelActiveTurn(db, second, turnProblem('canceled', 'it was canceled'), NOW_MS)
    expect(await busy()).toBeNull()
  })

  it('is the parent, with its depth, if it is of the same session', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const root = await given.aSucceededTurn(db, sessionId)
    const child = await given.aTurn(db, sessionId, { parentId: root, depth: 1 })
    expect((await readSessionState(db, sessionId, root)).parent).toEqual({ status: 'succeeded', depth: 0 })
    expect((await readSessionState(db, sessionId, child)).parent).toEqual({ status: 'queued', depth: 1 })
    expect((await readSessionState(db, await given.aSession(db), root)).parent).toBeNull()
    expect((await readSessionState(db, sessionId, 'trn_unknown')).parent).toBeNull()
  })
})

describe('a new turn', () => {
  it('keeps its input in order and to the letter', async () => {
    const { db } = await freshDatabase()
    const mediaId = await given.aPicture(db)
    const texts = ['nul \u0000 here', 'half a pair \ud83c', 'both \ud83c\udfa8', '"quoted" \\']
    const id = await given.aTurn(db, await given.aSession(db), {
      parts: [
        { type: 'text', text: texts[0] ?? '' },
        { type: 'image', mediaId },
        ...texts.slice(1).map((text) => ({ type: 'text', text }) as const),
      ],
      ...{ image: { size: '2K' }, models: ['gemini-2.5-flash-image'], strategy: 'cost', policy: { resendAmbiguous: 0 }, deadlineMs: 5000 },
      ...{ metadata: { note: '\u0000\ud800' }, window: 'off_peak', webhookUrl: 'https://example.org', notBeforeMs: NOW_MS },
    })
    const turn = await given.turnOf(db, id)
    expect(turn.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))).toEqual(texts)
    expect(turn.parts[1]).toMatchObject({ type: 'image', mediaId, mimeType: 'image/png' })
    expect(turn).toMatchObject({
      ...{ status: 'queued', version: 1, image: { size: '2K' }, models: ['gemini-2.5-flash-image'], strategy: 'cost', deadlineMs: 5000 },
      ...{ metadata: { note: '\u0000\ud800' }, window: 'off_peak', notBeforeMs: NOW_MS, policy: { resendAmbiguous: 0 }, output: [] },
    })
  })
})

describe('the use of a key', () => {
  it('is one per tenant, route and key, and the newest counts', async () => {
    const { db } = await freshDatabase()
    const use = { tenantId: 'a', route: 'turns', key: 'k' }
    await rememberKeyUse(db, use, 'digest', 'trn_1', 1)
    await rememberKeyUse(db, { ...use, tenantId: 'b' }, 'digest', 'trn_2', 1)
    expect(await findKeyUse(db, use)).toEqual({ turnId: 'trn_1', digest: 'digest', createdAtMs: 1 })
    await rememberKeyUse(db, use, 'other', 'trn_3', 2)
    expect(await findKeyUse(db, use)).toEqual({ turnId: 'trn_3', digest: 'other', createdAtMs: 2 })
    expect(await findKeyUse(db, { ...use, route: 'elsewhere' })).toBeNull()
  })
})
