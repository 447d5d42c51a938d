import { beforeAll, describe, expect, it } from 'vitest'
import { MediaResource } from '../../src/http/contract/media.ts'
import { encode } from '../media/picture-files.ts'
import { call, type OpenApp, openApp } from './open-app.ts'

const KEYS = { apiKeys: ['atelier', 'rival'].map((tenantId) => ({ tenantId, key: `key of ${tenantId}`.replaceAll(' ', '-') })) }
const OWNER = { Authorization: 'Bearer key-of-atelier' }
const RIVAL = { Authorization: 'Bearer key-of-rival' }

let open: OpenApp
let png: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  open = await openApp(KEYS)
  png = new Uint8Array(await encode('png', 40, 30))
})

const get = (path: string, headers: Record<string, string> = OWNER, method = 'GET') => open.app.request(path, { method, headers })
const upload = (body: BodyInit, headers: Record<string, string> = {}) =>
  open.app.request('/v1/media', { method: 'POST', body, headers: { ...OWNER, ...headers } })
const uploaded = async () => MediaResource.parse(await (await upload(png, { 'Content-Type': 'image/png' })).json())
const contentOf = async (id: string, headers: Record<string, string>) => get(`/v1/media/${id}/content`, { ...OWNER, ...headers })
/** Path and query of an address: what a browser would ask this server for. */
const local = (address: string) => address.replace(/^https?:\/\/[^/]+/, '')

describe('uploading', () => {
  it('makes the same bytes the same media, raw or in a form', async () => {
    const raw = await upload(png, { 'Content-Type': 'image/png' })
    expect(raw.status).toBe(201)
    const media = MediaResource.parse(await raw.json())
    expect(media).toMatchObject({ mimeType: 'image/png', bytes: png.length, width: 40, height: 30, lineage: null })
    const form = new FormData()
    form.append('file', new Blob([png]), 'again.gif')
    const again = await upload(form)
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ id: media.id })
    expect(await (await get(`/v1/media/${media.id}`)).json()).toEqual(media)
  })

  it.each([
    ['a text', 'hello', 415, 'unsupported_media_type'],
    ['half a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 422, 'unreadable_image'],
  ])('refuses %s for what it is', async (_what, body, status, code) => {
    const refused = await upload(body, { 'Content-Type': 'image/png' })
    expect([refused.status, (await refused.json()).code]).toEqual([status, code])
  })

  it('refuses a form without its file, or with more than that', async () => {
    const empty = new FormData()
    empty.append('picture', new Blob([png]), 'a.png')
    expect(await (await upload(empty)).json()).toMatchObject({ errors: [{ path: 'picture' }] })
    const two = new FormData()
    for (const name of ['a.png', 'b.png']) two.append('file', new Blob([png]), name)
    expect(await (await upload(two)).json()).toMatchObject({ errors: [{ path: 'file' }] })
  })

  it('refuses what admits to being too large, before reading it', async () => {
    const refused = await upload(png, { 'Content-Type': 'image/png', 'Content-Length': String(51 * 1024 * 1024) })
    expect([refused.status, (await refused.json()).code]).toEqual([413, 'payload_too_large'])
  })
})

describe('the content', () => {
  it('comes whole, cacheable for good, and named', async () => {
    const media = await uploaded()
    const answer = await contentOf(media.id, {})
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(png)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'content-disposition': `inline; filename="${media.id}.png"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${media.sha256}"`,
    })
  })

  it('comes in the range asked for', async () => {
    const { id } = await uploaded()
    const answer = await contentOf(id, { Range: 'bytes=10-19' })
    expect([answer.status, answer.headers.get('Content-Range')]).toEqual([206, `bytes 10-19/${png.length}`])
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(png.slice(10, 20))
    const outside = await contentOf(id, { Range: `bytes=${png.length}-` })
    expect([outside.status, outside.headers.get('Content-Range'), (await outside.json()).code]).toEqual([
      416,
      `bytes */${png.length}`,
      'range_not_satisfiable',
    ])
  })

  it('goes on from a copy only while that is the same content', async () => {
    const { id, sha256 } = await uploaded()
    expect((await contentOf(id, { Range: 'bytes=5-', 'If-Range': `"${sha256}"` })).status).toBe(206)
    expect((await contentOf(id, { Range: 'bytes=5-', 'If-Range': '"older"' })).status).toBe(200)
  })

  it('is not sent again to who has it', async () => {
    const { id, sha256 } = await uploaded()
    const answer = await contentOf(id, { 'If-None-Match': `"${sha256}"` })
    expect([answer.status, await answer.text(), answer.headers.get('ETag')]).toEqual([304, '', `"${sha256}"`])
  })

  it('is described by HEAD', async () => {
    const { id } = await uploaded()
    const answer = await get(`/v1/media/${id}/content`, OWNER, 'HEAD')
    expect([answer.status, await answer.text(), answer.headers.get('Content-Length')]).toEqual([200, '', String(png.length)])
  })
})

describe('a thumbnail', () => {
  it.each([
    ['', 256],
    ['?w=1', 128],
    ['?w=257', 512],
    ['?w=5000', 1024],
  ])('asked for as %j is cached like content', async (query) => {
    const { id } = await uploaded()
    const answer = await get(`/v1/media/${id}/thumbnail${query}`)
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'image/webp'])
    const etag = answer.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/)
    expect((await get(`/v1/media/${id}/thumbnail${query}`, { ...OWNER, 'If-None-Match': etag })).status).toBe(304)
  })

  it('of no width is refused by name', async () => {
    const { id } = await uploaded()
    expect(await (await get(`/v1/media/${id}/thumbnail?w=wide`)).json()).toMatchObject({ errors: [{ path: 'w' }] })
  })
})

describe('a signed address', () => {
  it('loads without a key, content and thumbnail', async () => {
    const { url, thumbnailUrl } = await uploaded()
    expect(new Uint8Array(await (await get(local(url), {})).arrayBuffer())).toEqual(png)
    expect((await get(local(thumbnailUrl), {})).status).toBe(200)
  })

  it('loads in any width, which the holder of the address chooses', async () => {
    const { thumbnailUrl } = await uploaded()
    expect((await get(`${local(thumbnailUrl)}&w=512`, {})).status).toBe(200)
    expect((await get(`${local(thumbnailUrl)}&x=512`, {})).status).toBe(401)
  })

  it('is the same for an hour, so that browsers keep what it shows', async () => {
    const { id, url } = await uploaded()
    await open.clock.advance(3_600_000)
    expect((await (await get(`/v1/media/${id}`)).json()).url).toBe(url)
  })

  it('is worth nothing changed, for another media, as another tenant, or for anything but media', async () => {
    const { url } = await uploaded()
    const other = await (await upload(new Uint8Array(await encode('png', 8, 8)), { 'Content-Type': 'image/png' })).json()
    const { pathname, search } = new URL(url)
    const misused = [
      `${pathname}${search.replace('atelier', 'rival')}`,
      `${pathname}${search.replace(/exp=\d/, 'exp=9')}`,
      `/v1/media/${other.id}/content${search}`,
      pathname.replace('/content', '/thumbnail') + search,
      pathname.replace('/content', '') + search,
      `/v1/sessions${search}`,
    ]
    for (const path of misused) expect((await get(path, {})).status, path).toBe(401)
  })

  it('starts with PUBLIC_URL where one is set', async () => {
    const elsewhere = await openApp({ publicUrl: 'https://images.example/' })
    const answer = await elsewhere.app.request('/v1/media', { method: 'POST', body: png, headers: { 'Content-Type': 'image/png' } })
    expect((await answer.json()).url).toMatch(/^https:\/\/images\.example\/v1\/media\/med_/)
  })
})

describe('another tenant', () => {
  it('finds nothing, neither media nor sessions', async () => {
    const { id } = await uploaded()
    for (const path of [`/v1/media/${id}`, `/v1/media/${id}/content`, `/v1/media/${id}/thumbnail`]) {
      expect((await get(path, RIVAL)).status, path).toBe(404)
    }
    const session = (await call(open.app, 'POST', '/v1/sessions', {}, OWNER)).body
    expect((await get(`/v1/sessions/${session.id}`, RIVAL)).status).toBe(404)
    expect((await get(`/v1/sessions/${session.id}`)).status).toBe(200)
  })
})
