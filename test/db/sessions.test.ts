import { describe, expect, it } from 'vitest'
import { changeSession, findSession, listSessionRows, lockSession } from '../../src/db/session-queries.ts'
import * as removal from '../../src/db/session-removal.ts'
import { settleSetting } from '../../src/db/settings.ts'
import { rememberKeyUse } from '../../src/db/turn-submission.ts'
import { DEFAULT_SESSION_SETTINGS, type SessionSettings } from '../../src/domain/session.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'

const { NOW_MS, TENANT } = given

const SETTINGS: SessionSettings = {
  ...{
    title: 'nul \u0000 and \ud800',
    metadata: { k: '\u0000' },
    strategy: 'cost',
    models: ['a', 'b'],
    image: { size: '4K', aspectRatio: '16:9' },
  },
  ...{ systemInstruction: 'be \udc00', safetySettings: [{ category: 'c', threshold: 't' }], history: { mode: 'window', images: 3 } },
  ...{ policy: { resendAmbiguous: 0 }, onConflict: 'replace', onDisconnect: 'cancel', budgetUsd: 1.25, expiresAtMs: NOW_MS + 1 },
}

describe('a session', () => {
  it('keeps its settings to the letter, whether they are given or absent', async () => {
    const { db } = await freshDatabase()
    const [full, bare] = [await given.aSession(db, SETTINGS), await given.aSession(db)]
    expect(await findSession(db, TENANT, full)).toEqual({
      ...SETTINGS,
      ...{ id: full, tenantId: TENANT, headTurnId: null, turnCount: 0, costUsd: 0, createdAtMs: NOW_MS, updatedAtMs: NOW_MS },
    })
    expect(await findSession(db, TENANT, bare)).toMatchObject(DEFAULT_SESSION_SETTINGS)
    expect(await findSession(db, 'another', full)).toBeNull()
  })

  it('changes what is named and nothing else', async () => {
    const { db } = await freshDatabase()
    const id = await given.aSession(db, SETTINGS)
    await changeSession(db, TENANT, id, { title: null, models: null, headTurnId: 'trn_1' }, NOW_MS + 5)
    const after = await findSession(db, TENANT, id)
    expect(after).toMatchObject({ ...SETTINGS, title: null, models: null, headTurnId: 'trn_1', updatedAtMs: NOW_MS + 5 })
    await changeSession(db, 'another', id, { title: 'mine' }, NOW_MS)
    await changeSession(db, TENANT, id, { headTurnId: null }, NOW_MS + 5)
    expect(await findSession(db, TENANT, id)).toEqual({ ...after, headTurnId: null })
  })

  it('counts its turns and what they cost, and is listed with the newest first', async () => {
    const { db } = await freshDatabase()
    const ids = [await given.aSession(db), await given.aSession(db), await given.aSession(db)]
    await given.aSession(db, {}, 'another')
    await given.aSucceededTurn(db, ids[1] ?? '')
    await given.aTurn(db, ids[1] ?? '')
    const all = await listSessionRows(db, TENANT, 10, null)
    expect(all.map(({ id, turnCount }) => [id, turnCount])).toEqual([
      [ids[2], 0],
      [ids[1], 2],
      [ids[0], 0],
    ])
    expect((await listSessionRows(db, TENANT, 1, ids[2] ?? '')).map(({ id }) => id)).toEqual([ids[1]])
  })

  it('is locked for its tenant alone', async () => {
    const { db } = await freshDatabase()
    const id = await given.aSession(db, SETTINGS)
    expect(await db.transaction((tx) => lockSession(tx, TENANT, id))).toMatchObject({ ...SETTINGS, headTurnId: null })
    expect(await db.transaction((tx) => lockSession(tx, 'another', id))).toBeNull()
  })
})

/** After everything a test does. */
const LATER_MS = Number.MAX_SAFE_INTEGER

describe('what goes with a session', () => {
  it('is what it names and nothing else does', async () => {
    const { db, sql } = await freshDatabase()
    const [gone, kept] = [await given.aSession(db), await given.aSession(db)]
    const [own, shared] = [await given.aPicture(db), await given.aPicture(db)]
    const id = await given.aTurn(db, gone, { parts: [own, shared].map((mediaId) => ({ type: 'image', mediaId })) })
    await rememberKeyUse(db, { tenantId: TENANT, route: 'r', key: 'k' }, 'digest', id, NOW_MS)
    await sql`insert into signatures (sha256, characters, created_at_ms) values ('own', '', 0), ('shared', '', 0)`
    await given.succeed(db, await given.started(db, id), [
      given.textPart(0, 'a', { signatureSha256: 'own' }),
      given.textPart(1, 'b', { signatureSha256: 'shared' }),
    ])
    const other = await given.aTurn(db, kept, { parts: [{ type: 'image', mediaId: shared }] })
    await given.succeed(db, await given.started(db, other), [given.textPart(0, 'c', { signatureSha256: 'shared' })])

    const named = await removal.namedBySession(db, gone, LATER_MS)
    expect({ ...named, media: named.media.map(({ id }) => id).sort() }).toEqual({
      turns: 1,
      media: [own, shared].sort(),
      signatures: ['own', 'shared'],
    })
    await removal.removeSessionRow(db, gone)
    for (const signature of named.signatures) await removal.removeSignatureIfUnnamed(db, signature)
    expect(await removal.removeMediaIfUnnamed(db, shared, LATER_MS)).toBeNull()
    expect(await removal.removeMediaIfUnnamed(db, own, LATER_MS)).toMatchObject({ bytes: expect.any(Number) })
    expect(await sql`select sha256 from signatures`).toEqual([{ sha256: 'shared' }])
    for (const table of ['turns', 'events', 'parts', 'attempts'])
      expect(await sql`select from ${sql(table)} where ${sql(table === 'turns' ? 'id' : 'turn_id')} = ${id}`).toHaveLength(0)
    expect(await sql`select from idempotency_keys`).toHaveLength(0)
    expect((await given.turnOf(db, other)).status).toBe('succeeded')
  })

  it('stays when a turn begins to name it at that moment', async () => {
    const { db, sql } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const mediaId = await given.aPicture(db)
    const naming = Promise.withResolvers<void>()
    const removing = Promise.withResolvers<void>()
    const turn = db.transaction(async (tx) => {
      await given.aTurn(tx, sessionId, { parts: [{ type: 'image', mediaId }] })
      naming.resolve()
      await removing.promise
    })
    await naming.promise
    const removed = removal.removeMediaIfUnnamed(db, mediaId, LATER_MS)
    await given.untilBlocked(db)
    removing.resolve()
    await turn
    expect(await removed).toBeNull()
    expect(await sql`select from media`).toHaveLength(1)
  })
})

describe('a setting', () => {
  it('is what the first of many nodes made it', async () => {
    const { db } = await freshDatabase()
    const told = await Promise.all(['a', 'b', 'c', 'd'].map((candidate) => settleSetting(db, 'secret', candidate)))
    expect(new Set(told).size).toBe(1)
    expect(await settleSetting(db, 'secret', 'later')).toBe(told[0])
  })
})
