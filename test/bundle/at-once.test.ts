import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { upsertMedia } from '../../src/db/media-queries.ts'
import { ensureTenant } from '../../src/db/session-queries.ts'
import type { Bundle } from '../../src/domain/bundle/bundle.ts'
import { makeId } from '../../src/domain/ids.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { asJson, SAMPLE } from './sample-bundle.ts'
import { type Picture, storePictures, storeSession } from './store-session.ts'
import { exportBytes, importBytes, openPlace } from './two-tenants.ts'

test('two imports that hold the same pictures in opposite orders do not wait for each other', async () => {
  const place = await openPlace()
  const there = place.as('there')
  await ensureTenant(there.db, 'there', there.clock.nowMs())
  const pictures = await storePictures(place.as('here'))
  const bundle = await bundleOfThree(place.as('here'), pictures)
  const reversed = { ...bundle, media: [...bundle.media].reverse() }
  const middle = pictures.find(({ sha256 }) => sha256 === bundle.media[1]?.sha256)
  if (middle === undefined) throw new Error('the bundle has three pictures')

  const stopped = new Error('both wait')
  const imports: Promise<{ turnCount: number }>[] = []
  // Whoever else names the picture in the middle holds both up when each has named its first: the other's last.
  const holding = there.db.transaction(async (tx) => {
    const { sha256, bytes } = middle
    const about = { id: makeId('med', there.clock.nowMs(), there.random.bytes(10)), tenantId: 'there', lineage: null }
    const facts = { sha256, bytes, mimeType: 'image/jpeg', width: 8, height: 8, createdAtMs: there.clock.nowMs() } as const
    await upsertMedia(tx, { ...about, ...facts })
    imports.push(importBytes(there, 'json', asJson(bundle)), importBytes(there, 'json', asJson(reversed)))
    await expect.poll(() => countWaiting(there), { timeout: 10_000 }).toBe(2)
    throw stopped
  })
  await expect(holding).rejects.toBe(stopped)
  const sessions = await Promise.all(imports)
  expect(sessions.map(({ turnCount }) => turnCount)).toEqual([3, 3])
  expect(await there.db.execute(sql`select sha256 from media where tenant_id = 'there'`)).toHaveLength(3)
})

/** Its turns name three pictures. */
async function bundleOfThree(ctx: ServiceContext, pictures: readonly Picture[]): Promise<Bundle> {
  const turns = SAMPLE.turns.map((turn, n) => ({ ...turn, input: [n === 0 ? 0 : 2, 'add a kite'] }))
  const { sessionId } = await storeSession(ctx, { ...SAMPLE, turns }, pictures)
  return JSON.parse((await exportBytes(ctx, sessionId, {})).toString()) as Bundle
}

/** Statements of this database that wait for another's lock. */
async function countWaiting({ db }: ServiceContext): Promise<number> {
  const rows = await db.execute(sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
  return rows.length
}
