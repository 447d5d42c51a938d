import { expect, it } from 'vitest'
import type { ImageModel } from '../../src/domain/ports.ts'
import type { ImageMetadata } from '../../src/domain/tenant.ts'
import { deleteSession } from '../../src/services/delete-session.ts'
import { outgoingImages } from '../../src/services/outgoing-image.ts'
import { storeMedia } from '../../src/services/store-media.ts'
import { updateTenant } from '../../src/services/update-tenant.ts'
import { heifFile } from '../media/heif-file.ts'
import { encode } from '../media/picture-files.ts'
import { type House, openHouse } from './installation.ts'

async function* pieceOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const decide = ({ ctx }: House, imageMetadata: ImageMetadata) =>
  updateTenant({ ctx, input: { tenantId: 'local', changes: { imageMetadata } } })

/** A photo that lies on its side, and so has EXIF. */
const photoIn = async ({ ctx }: House) =>
  (await storeMedia({ ctx, input: { bytes: pieceOf(await encode('jpeg', 60, 40, 6)), declaredType: null } })).media

const show = (mediaId: string) => ({
  request: {
    parts: [
      { type: 'image' as const, mediaId },
      { type: 'text' as const, text: 'at night' },
    ],
  },
})

const sentBy = ({ simulator }: House) =>
  simulator.log().flatMap(({ images }) => images.flatMap(({ role, sha256 }) => (role === 'user' ? [sha256] : [])))

it('a policy that changes in the middle of a turn holds from its next attempt on', async () => {
  const house = await openHouse({
    simulator: { faults: [{ times: 1, match: { call: 'generate' }, fault: { kind: 'error', error: 'overloaded' } }] },
  })
  const changing: ImageModel = {
    attempt: async (request, sink, signal) => {
      const answer = await house.installation.model.attempt(request, sink, signal)
      await decide(house, 'keep')
      return answer
    },
  }
  await house.startNode({ model: changing })
  const photo = await photoIn(house)
  const turn = await house.ended((await house.submit((await house.session()).id, '', show(photo.id))).id)
  expect(turn).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'overloaded' }, { outcome: 'succeeded' }] })
  const [first, second] = sentBy(house)
  expect(second).toBe(photo.sha256)
  expect(first).not.toBe(photo.sha256)
})

it('both forms go upstream with the session that sent them', async () => {
  const house = await openHouse()
  await house.startNode()
  const photo = await photoIn(house)
  const session = await house.session()
  for (const policy of ['keep', 'strip'] as const) {
    await decide(house, policy)
    const submitted = await house.submit(session.id, '', { parentId: null, ...show(photo.id) })
    expect(await house.ended(submitted.id)).toMatchObject({ status: 'succeeded' })
  }
  expect(new Set(sentBy(house)).size).toBe(2)
  expect(await deleteSession({ ctx: house.ctx, input: { sessionId: session.id } })).toMatchObject({ upstreamFiles: 2 })
})

it('HEIC leaves as the JPEG made from it, whatever the policy', async () => {
  const house = await openHouse()
  const jpeg = await encode('jpeg', 40, 30)
  const inst = { ...house.ctx, pictures: { ...house.installation.pictures, toDisplayJpeg: async () => new Uint8Array(jpeg) } }
  const { media } = await storeMedia({ ctx: inst, input: { bytes: pieceOf(heifFile()), declaredType: null } })
  expect(media.mimeType).toBe('image/heic')
  const forms = []
  for (const policy of ['strip', 'keep'] as const) {
    await decide(house, policy)
    forms.push((await outgoingImages(inst, 'local', [media])).get(media.sha256))
  }
  expect(forms[0]).toMatchObject({ mimeType: 'image/jpeg', bytes: jpeg.length })
  expect(forms[1]).toEqual(forms[0])
})
