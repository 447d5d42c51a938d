import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { blobKey } from '../../src/media/blob-name.ts'
import { call, edit, type Json, prepare, say, show } from './running-service.ts'

// A whole service: on a busy machine it takes its time to start.
vi.setConfig({ testTimeout: 60_000 })

const ENV = { API_KEYS: 'careful:k-careful,open:k-open', ADMIN_API_KEY: 'k-admin' }
const ADMIN = { authorization: 'Bearer k-admin' }
const as = (tenant: string) => ({ authorization: `Bearer k-${tenant}` })
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Plan extends Json {
  request: { contents: { parts: { bytes: number }[] }[] }
}

/** A photo that tells where, when and by what it was taken. */
function photoWithPlace(): Promise<Buffer> {
  const GPS = { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100', GPSLongitudeRef: 'W', GPSLongitude: '0/1 7/1 3978/100' }
  return sharp({ create: { width: 320, height: 240, channels: 3, background: '#6a9fd4' } })
    .jpeg()
    .withExif({ IFD0: { Make: 'TestCam' }, IFD3: { ...GPS, GPSMapDatum: 'WGS-84' } })
    .toBuffer()
}

test('of two tenants with the same photo each sends its own form of it, also after they have changed their minds', async () => {
  const { start, simulator, env } = await prepare({ edge1kPx: 64, textRate: 0 })
  const { url } = await start(ENV)
  const photo = await photoWithPlace()
  const policy = async (tenant: string, imageMetadata: 'strip' | 'keep') =>
    expect((await call(url, 'PATCH', `/v1/tenants/${tenant}`, { imageMetadata }, ADMIN)).status).toBe(200)
  const open = async (tenant: string) => {
    const headers = { ...as(tenant), 'content-type': 'image/jpeg' }
    const media = (await (await fetch(`${url}/v1/media`, { method: 'POST', headers, body: new Uint8Array(photo) })).json()) as Json
    const { id } = (await call(url, 'POST', '/v1/sessions', {}, as(tenant))).body
    return { tenant, path: `/v1/sessions/${id}`, id, parts: [show(media.id), say('add a kite')] }
  }
  /** The photo's digest as it reached the upstream. */
  const sent = async ({ tenant, id, parts }: Awaited<ReturnType<typeof open>>) => {
    expect((await edit(url, id, parts, { parentId: null }, as(tenant))).body).toMatchObject({ status: 'succeeded' })
    return simulator
      .log()
      .findLast(({ call: kind }) => kind === 'generate')
      ?.images.find(({ role }) => role === 'user')?.sha256
  }
  const uploads = () => simulator.log().filter(({ method }) => method === 'files.start').length

  await policy('open', 'keep')
  const [careful, frank] = [await open('careful'), await open('open')]
  const stripped = (await sent(careful)) ?? ''
  const kept = await sent(frank)
  expect(kept).toBe(digestOf(photo))
  expect(photo.includes('WGS-84') && photo.includes('TestCam')).toBe(true)
  const leftHouse = await readFile(join(String(env.DATA_DIR), 'media', blobKey(stripped)))
  expect(digestOf(leftHouse)).toBe(stripped)
  expect(await sharp(leftHouse).metadata()).toMatchObject({ width: 320, height: 240 })
  expect((await sharp(leftHouse).metadata()).exif).toBeUndefined()
  for (const secret of ['WGS-84', 'TestCam', 'Exif']) expect(leftHouse.includes(secret)).toBe(false)
  expect(uploads()).toBe(2)

  await policy('careful', 'keep')
  await policy('open', 'strip')
  expect([await sent(careful), await sent(frank)]).toEqual([kept, stripped])
  expect(uploads()).toBe(2)

  const planned = async ({ tenant, path, parts }: typeof careful) => {
    const plan = await call<Plan>(url, 'POST', `${path}/turns?dryRun=true`, { parts, parentId: null }, as(tenant))
    return plan.body.request.contents[0]?.parts[0]?.bytes
  }
  expect([await planned(careful), await planned(frank)]).toEqual([photo.length, leftHouse.length])
  const exported = async ({ tenant, path }: typeof careful) =>
    (await fetch(`${url}${path}/export?format=gemini`, { headers: as(tenant) })).text()
  expect(await exported(careful)).toContain(photo.toString('base64'))
  expect(await exported(frank)).toContain(leftHouse.toString('base64'))
})
