import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { removeMediaIfUnnamed } from '../../src/db/session-removal.ts'
import type { Media } from '../../src/domain/media.ts'
import type { BlobStore } from '../../src/domain/ports.ts'
import { RequestError } from '../../src/domain/problem.ts'
import { type Collected, collectGarbage } from '../../src/services/collect-garbage.ts'
import type { Installation, ServiceContext } from '../../src/services/context.ts'
import { removeBlobIfUnnamed } from '../../src/services/remove-blob.ts'
import { isDueAt, SCHEDULES } from '../../src/services/schedules.ts'
import { storeMedia } from '../../src/services/store-media.ts'
import { encode } from '../media/picture-files.ts'
import { type House, openHouse } from './installation.ts'

const HOUR_MS = 3_600_000
const png = await encode('png', 24, 16)
const sha256 = createHash('sha256').update(png).digest('hex')

async function* piece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

function store(ctx: ServiceContext, tenantId = 'local'): Promise<{ media: Media }> {
  const principal = { ...ctx.principal, tenantId }
  return storeMedia({ ctx: { ...ctx, principal }, input: { bytes: piece(png), declaredType: null } })
}

/** The sweep as it would run so much later. */
function collectAfter(hours: number, inst: Installation): Promise<Collected> {
  const { clock } = inst
  return collectGarbage({ ...inst, clock: { ...clock, nowMs: () => clock.nowMs() + hours * HOUR_MS } })
}

async function writeBytes(blobs: BlobStore, bytes: Uint8Array): Promise<string> {
  const writer = await blobs.open()
  await writer.write(bytes)
  return (await writer.commit()).sha256
}

/** What must hold whatever happened: every row that names bytes has them. */
async function expectBytesForRows({ database, installation }: House): Promise<void> {
  const rows = await database.sql<{ sha256: string }[]>`select sha256 from media union select sha256 from renditions`
  for (const row of rows) expect(await installation.blobs.size(row.sha256), `bytes of ${row.sha256}`).not.toBeNull()
}

/** After everything a test does. */
const LATER_MS = Number.MAX_SAFE_INTEGER

describe('the sweep', () => {
  it('takes bytes that got no row after the grace, and not before', async () => {
    const { installation } = await openHouse()
    const orphan = await writeBytes(installation.blobs, png)
    expect(await collectAfter(1, installation)).toMatchObject({ orphans: 0 })
    expect(await installation.blobs.size(orphan)).toBe(png.length)
    expect(await collectAfter(3, installation)).toMatchObject({ orphans: 1 })
    expect(await installation.blobs.size(orphan)).toBeNull()
  })

  it('is made every hour', async () => {
    const { installation } = await openHouse()
    const orphan = await writeBytes(installation.blobs, png)
    const { clock } = installation
    const later = { ...installation, clock: { ...clock, nowMs: () => clock.nowMs() + 3 * HOUR_MS } }
    for (const schedule of SCHEDULES) if (isDueAt(schedule, 3)) await schedule.run(later)
    expect(await installation.blobs.size(orphan)).toBeNull()
  })

  it('leaves bytes that two tenants show until the last of them has let go', async () => {
    const house = await openHouse()
    const { installation, ctx, database } = house
    const [one, two] = [await store(ctx, 'one'), await store(ctx, 'two')]
    expect(one.media.id).not.toBe(two.media.id)
    await removeMediaIfUnnamed(database.db, one.media.id, LATER_MS)
    expect(await collectAfter(3, installation)).toMatchObject({ blobs: 0, orphans: 0, renditions: 0 })
    await expectBytesForRows(house)
    await removeMediaIfUnnamed(database.db, two.media.id, LATER_MS)
    expect(await collectAfter(3, installation)).toMatchObject({ blobs: 1, renditions: 1 })
    expect(await installation.blobs.size(sha256)).toBeNull()
  })

  it('takes signatures and pieces of them that no answer came to name', async () => {
    const { installation, database } = await openHouse()
    const whole = await installation.signatures.open()
    await whole.write(new Uint8Array(1_000).fill(65))
    await whole.commit()
    const dying = await installation.signatures.open()
    await dying.write(new Uint8Array(300_000).fill(65))
    await expect.poll(() => database.sql`select from signature_pieces`).toHaveLength(20)
    expect(await collectAfter(1, installation)).toMatchObject({ signatures: 0, signaturePieces: 0 })
    expect(await collectAfter(3, installation)).toMatchObject({ signatures: 1, signaturePieces: 20 })
  })

  it('that dies between bytes and row is made good by the next, and by whoever brings the bytes again', async () => {
    const house = await openHouse()
    const { installation, ctx, database } = house
    const { media } = await store(ctx)
    await removeMediaIfUnnamed(database.db, media.id, LATER_MS)
    await database.sql`delete from renditions`
    const blobs: BlobStore = {
      ...installation.blobs,
      remove: async (...given) => {
        await installation.blobs.remove(...given)
        throw new Error('killed')
      },
    }
    await expect(collectAfter(3, { ...installation, blobs })).rejects.toThrow('killed')
    expect(await database.sql`select sha256 from blobs`).toEqual([{ sha256 }])
    await store(ctx)
    await expectBytesForRows(house)
    expect(await installation.blobs.size(sha256)).toBe(png.length)
  })
})

/** Where a second writer of the same content may come in while the content is being removed. */
const MOMENTS = ['before its bytes go', 'after its bytes went', 'as soon as it is over'] as const

describe('a writer of the same content that comes while it is removed', () => {
  it.each(MOMENTS)('%s, has its bytes or is told to come again', async (moment) => {
    const house = await openHouse()
    const { installation, ctx, database } = house
    const { media } = await store(ctx)
    await removeMediaIfUnnamed(database.db, media.id, LATER_MS)
    await database.sql`delete from renditions`
    let coming: Promise<unknown> = Promise.resolve()
    const come = () => {
      coming = store(ctx).catch((error: unknown) => error)
    }
    const blobs: BlobStore = {
      ...installation.blobs,
      remove: async (name, olderThanMs) => {
        if (moment === 'before its bytes go') {
          come()
          // Its bytes are written; its row waits for us.
          await expect.poll(() => waiters(house)).toBeGreaterThan(0)
        }
        const gone = await installation.blobs.remove(name, olderThanMs)
        if (moment === 'after its bytes went') {
          come()
          await expect.poll(() => waiters(house)).toBeGreaterThan(0)
        }
        return gone
      },
    }
    expect(await removeBlobIfUnnamed({ ...installation, blobs }, sha256)).toBe(true)
    if (moment === 'as soon as it is over') come()
    const outcome = await coming
    await expectBytesForRows(house)
    if (moment === 'before its bytes go') expect(outcome).toMatchObject({ problem: { code: 'unavailable' } })
    else expect(outcome).not.toBeInstanceOf(RequestError)
    await store(ctx)
    await expectBytesForRows(house)
    expect(await installation.blobs.size(sha256)).toBe(png.length)
  })

  it('many at once, again and again, leave no row without its bytes', async () => {
    const house = await openHouse()
    const { installation, ctx, database } = house
    for (let round = 0; round < 10; round++) {
      const writers = Array.from({ length: 4 }, (_, n) => store(ctx, `tenant-${n % 2}`).catch((error: unknown) => error))
      const removers = Array.from({ length: 3 }, async () => {
        for (const { id } of await database.sql<{ id: string }[]>`select id from media`)
          await removeMediaIfUnnamed(database.db, id, LATER_MS)
        await database.sql`delete from renditions where not exists (select 1 from media where media.sha256 = source_sha256)`
        await removeBlobIfUnnamed(installation, sha256)
      })
      await Promise.all([...writers, ...removers])
      await expectBytesForRows(house)
    }
  })
})

/** Statements of this database that wait for another's lock. */
async function waiters({ database }: House): Promise<number> {
  const rows = await database.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return rows.length
}
