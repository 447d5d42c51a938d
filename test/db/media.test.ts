import { describe, expect, it } from 'vitest'
import { findMedia, grantMedia, mediaOfSession, upsertMedia } from '../../src/db/media-queries.ts'
import { findRendition, insertRendition } from '../../src/db/rendition-queries.ts'
import { ensureTenant } from '../../src/db/session-queries.ts'
import * as files from '../../src/db/upstream-file-queries.ts'
import { freshDatabase } from '../support/database.ts'
import * as given from './conversation.ts'

const { NOW_MS, TENANT } = given
const HOUR_MS = 3_600_000

describe('media', () => {
  it('are the same for the same bytes of the same tenant, however many bring them at once', async () => {
    const { db } = await freshDatabase()
    await ensureTenant(db, TENANT, NOW_MS)
    const sha256 = given.digest('picture')
    const image = {
      tenantId: TENANT,
      sha256,
      bytes: 7,
      mimeType: 'image/png' as const,
      width: 2,
      height: 3,
      createdAtMs: NOW_MS,
      lineage: null,
    }
    const stored = await Promise.all(Array.from({ length: 8 }, () => upsertMedia(db, { ...image, id: given.newId('med') })))
    expect(new Set(stored.map(({ id }) => id)).size).toBe(1)
    expect(stored.filter(({ created }) => created)).toHaveLength(1)
    expect(await given.aPicture(db, 'picture', 'another')).not.toBe(stored[0]?.id)
  })

  it('tell what they were made from, and only their tenant', async () => {
    const { db } = await freshDatabase()
    const source = await given.aPicture(db)
    const lineage = { turnId: 'trn_1', from: [source] }
    const image = { bytes: 1, mimeType: 'image/jpeg' as const, width: null, height: null, createdAtMs: NOW_MS }
    const { id } = await upsertMedia(db, { id: given.newId('med'), tenantId: TENANT, sha256: given.digest('made'), ...image, lineage })
    expect(await findMedia(db, TENANT, [id, 'med_unknown'])).toMatchObject([{ id, lineage, width: null, mimeType: 'image/jpeg' }])
    expect(await findMedia(db, 'another', [id, source])).toEqual([])
    expect(await findMedia(db, TENANT, [])).toEqual([])
  })

  it('are a session’s when its turns hold them or its token brought them', async () => {
    const { db } = await freshDatabase()
    const sessionId = await given.aSession(db)
    const [used, granted, foreign] = [await given.aPicture(db), await given.aPicture(db), await given.aPicture(db)]
    await given.aTurn(db, sessionId, { parts: [{ type: 'image', mediaId: used }] })
    await given.aTurn(db, await given.aSession(db), { parts: [{ type: 'image', mediaId: foreign }] })
    await grantMedia(db, granted, sessionId)
    await grantMedia(db, granted, sessionId)
    expect(await mediaOfSession(db, sessionId, [used, granted, foreign])).toEqual(new Set([used, granted]))
    expect(await mediaOfSession(db, sessionId, [granted])).toEqual(new Set([granted]))
    expect(await mediaOfSession(db, sessionId, [])).toEqual(new Set())
  })
})

describe('a rendition', () => {
  it('is the one that was stored first', async () => {
    const { db } = await freshDatabase()
    const [source, made] = [given.digest('source'), { sha256: given.digest('made'), bytes: 4, mimeType: 'image/webp' }]
    expect(await findRendition(db, source, 'thumbnail-256')).toBeNull()
    await insertRendition(db, source, 'thumbnail-256', made, NOW_MS)
    await insertRendition(db, source, 'thumbnail-256', { ...made, sha256: given.digest('again') }, NOW_MS)
    expect(await findRendition(db, source, 'thumbnail-256')).toEqual(made)
    expect(await findRendition(db, source, 'outgoing')).toBeNull()
  })
})

describe('an upload', () => {
  const sha256 = given.digest('picture')
  const ticket = (by: string, project = 'p') => ({ project, sha256, endpointId: 'gemini', by })
  const file = (expiresAtMs: number) => ({
    name: `files/${expiresAtMs}`,
    uri: `https://files/${expiresAtMs}`,
    expiresAtMs,
    state: 'active' as const,
  })
  const goodUntilMs = NOW_MS + HOUR_MS

  it('is made by one of any number who ask at once, and by another when that one fails', async () => {
    const { db } = await freshDatabase()
    const askers = Array.from({ length: 10 }, (_, n) => `upl_${n}`)
    const taken = await Promise.all(askers.map((by) => files.takeUploadTicket(db, ticket(by), goodUntilMs, 60_000)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await files.takeUploadTicket(db, ticket('upl_x', 'another project'), goodUntilMs, 60_000)).toBe(true)
    const uploader = askers[taken.indexOf(true)] ?? ''
    expect(await files.findHandles(db, 'p', [sha256])).toEqual([])
    await files.returnUploadTicket(db, ticket(uploader), null)
    expect(await files.takeUploadTicket(db, ticket('upl_next'), goodUntilMs, 60_000)).toBe(true)
  })

  it('is not made again while its handle lives long enough', async () => {
    const { db } = await freshDatabase()
    await files.takeUploadTicket(db, ticket('upl_1'), goodUntilMs, 60_000)
    await files.returnUploadTicket(db, ticket('upl_1'), file(goodUntilMs))
    expect(await files.takeUploadTicket(db, ticket('upl_2'), goodUntilMs, 60_000)).toBe(false)
    expect(await files.findHandles(db, 'p', [sha256, 'other'])).toMatchObject([
      { sha256, name: `files/${goodUntilMs}`, expiresAtMs: goodUntilMs },
    ])
    expect(await files.takeUploadTicket(db, ticket('upl_2'), goodUntilMs + 1, 60_000)).toBe(true)
  })

  it('is another’s when the uploader died, whose file then counts for nothing', async () => {
    const { db } = await freshDatabase()
    expect(await files.takeUploadTicket(db, ticket('upl_dead'), goodUntilMs, -1)).toBe(true)
    expect(await files.takeUploadTicket(db, ticket('upl_heir'), goodUntilMs, 60_000)).toBe(true)
    await files.returnUploadTicket(db, ticket('upl_dead'), file(1))
    expect(await files.findHandles(db, 'p', [sha256])).toEqual([])
    await files.returnUploadTicket(db, ticket('upl_heir'), file(goodUntilMs))
    expect(await files.findHandles(db, 'p', [sha256])).toHaveLength(1)
  })

  it('is made again once the upstream has lost the file, but not when it lost another', async () => {
    const { db } = await freshDatabase()
    await files.takeUploadTicket(db, ticket('upl_1'), goodUntilMs, 60_000)
    await files.returnUploadTicket(db, ticket('upl_1'), file(goodUntilMs))
    await files.forgetHandles(db, 'p', [])
    await files.forgetHandles(db, 'p', ['files/other'])
    await files.forgetHandles(db, 'another project', [`files/${goodUntilMs}`])
    expect(await files.findHandles(db, 'p', [sha256])).toHaveLength(1)
    await files.forgetHandles(db, 'p', [`files/${goodUntilMs}`])
    expect(await files.findHandles(db, 'p', [sha256])).toEqual([])
    expect(await files.takeUploadTicket(db, ticket('upl_2'), goodUntilMs, 60_000)).toBe(true)
  })
})
