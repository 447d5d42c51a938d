import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { BlobMissing } from '../../src/domain/ports.ts'
import { deleteSession } from '../../src/services/delete-session.ts'
import { readMedia } from '../../src/services/read-media.ts'
import { storeMedia } from '../../src/services/store-media.ts'
import { type House, openHouse } from './installation.ts'

async function withPicture(house: House, sessionId: string, mediaId: string) {
  const parts = [
    { type: 'image' as const, mediaId },
    { type: 'text' as const, text: 'at night' },
  ]
  return house.ended((await house.submit(sessionId, '', { request: { parts } })).id)
}

const remove = (house: House, sessionId: string) => deleteSession({ ctx: house.ctx, input: { sessionId } })

describe('a session that is deleted', () => {
  it('leaves what another session shows, and takes the rest with it, here and upstream', async () => {
    const house = await openHouse()
    await house.startNode()
    const photo = await house.picture()
    const [one, other] = [await house.session(), await house.session()]
    const [first, second] = [await withPicture(house, one.id, photo.id), await withPicture(house, other.id, photo.id)]
    const drawn = new Set(first.output.flatMap(({ mediaId }) => mediaId ?? []))
    const held = async () => (await house.database.sql`select from upstream_files`).length

    const removed = await remove(house, one.id)
    expect(removed).toMatchObject({ turns: 1, media: drawn.size, upstreamFiles: 0 })
    expect(removed.bytes).toBeGreaterThan(0)
    const kept = await readMedia({ ctx: house.ctx, input: { mediaId: photo.id } })
    expect((await buffer(kept.bytes)).length).toBe(photo.bytes)
    await expect(house.until(first.id, () => true)).rejects.toMatchObject({ code: 'not_found' })
    expect(await withPicture(house, other.id, photo.id)).toMatchObject({ status: 'succeeded', parentId: second.id, fidelity: 'exact' })
    expect(await held()).toBe(1)

    expect(await remove(house, other.id)).toMatchObject({ turns: 2, upstreamFiles: 1 })
    await expect(buffer(house.installation.blobs.read(photo.sha256))).rejects.toThrow(BlobMissing)
    for (const table of ['media', 'blobs', 'renditions', 'signatures', 'parts', 'upstream_files']) {
      expect({ table, rows: await house.database.sql`select from ${house.database.sql(table)}` }).toMatchObject({
        table,
        rows: { length: 0 },
      })
    }
    await expect(remove(house, other.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('leaves an image that was uploaded again since it used it: whoever did was told that it is there', async () => {
    const house = await openHouse()
    await house.startNode()
    const photo = await house.picture()
    const { id: sessionId } = await house.session()
    await withPicture(house, sessionId, photo.id)
    const bytes = readMedia({ ctx: house.ctx, input: { mediaId: photo.id } }).then((read) => read.bytes)
    const again = await storeMedia({ ctx: house.ctx, input: { bytes: await bytes, declaredType: null } })
    expect(again).toMatchObject({ created: false, media: { id: photo.id } })
    await remove(house, sessionId)
    expect(await withPicture(house, (await house.session()).id, photo.id)).toMatchObject({ status: 'succeeded' })
  })

  it('stops the turn that was running in it, and the node goes on with others', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'latency', ms: 200 } }] } })
    const { executor } = await house.startNode()
    const { id: sessionId } = await house.session()
    const { id } = await house.submit(sessionId, 'a house')
    await house.until(id, ({ attempts }) => attempts.length === 1)
    await remove(house, sessionId)
    const after = await house.ended((await house.submit((await house.session()).id, 'a boat')).id)
    expect(after.status).toBe('succeeded')
    while (executor.inFlight > 0) await house.installation.bell.rung('none', 20)
    expect(house.logged.filter(({ level }) => level === 'error')).toEqual([])
  })
})
