/** What no caller may do to the service by what it sends, and no answer to a browser by what it holds. */
import { deflateSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { encode, pngChunk } from '../media/picture-files.ts'
import { call, type OpenApp, openApp, openClosedApp } from './open-app.ts'

let open: OpenApp
beforeAll(async () => {
  open = await openApp()
})

const JSON_TYPE = { 'Content-Type': 'application/json' }
const send = (path: string, body: BodyInit, headers: Record<string, string>) =>
  open.app.request(path, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

describe('a body that comes slowly', () => {
  /** A JSON text of blanks that comes a piece at a time, after a pause each. */
  const slowly = (pieceBytes: number, pauseMs: number, pieces: number) => {
    let sent = 0
    return new ReadableStream({
      pull: async (controller) => {
        if (sent++ === pieces) return controller.close()
        await open.clock.advance(pauseMs)
        controller.enqueue(new Uint8Array(pieceBytes).fill(0x20))
      },
    })
  }

  it('by the byte is given up within a minute', async () => {
    const startedAtMs = open.clock.nowMs()
    const answer = await send('/v1/sessions', slowly(1, 5_000, 1_000), JSON_TYPE)
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_request', retryable: true }])
    expect(open.clock.nowMs() - startedAtMs).toBeLessThan(60_000)
  })

  it('over a poor mobile link gets through, however long that takes', async () => {
    const startedAtMs = open.clock.nowMs()
    const answer = await send('/v1/sessions', slowly(10_000, 1_000, 90), JSON_TYPE)
    expect(answer.status).toBe(201)
    expect(open.clock.nowMs() - startedAtMs).toBe(90_000)
  })

  it('after a pause of half a minute gets through', async () => {
    const picture = await encode('png', 60, 60)
    const pieces = [picture.subarray(0, 100), picture.subarray(100)]
    const body = new ReadableStream({
      pull: async (controller) => {
        await open.clock.advance(14_000)
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(new Uint8Array(piece))
      },
    })
    expect((await send('/v1/media', body, { 'Content-Type': 'image/png' })).status).toBe(201)
  })
})

describe('a body that swells', () => {
  it.each(['gzip', 'br', 'deflate', 'identity', 'gzip, gzip'])('encoded as %j is not unpacked', async (encoding) => {
    for (const [path, type] of [
      ['/v1/sessions', 'application/json'],
      ['/v1/media', 'image/png'],
      ['/v1/sessions/import', 'application/zip'],
    ] as const) {
      const answer = await send(path, new Uint8Array(10), { 'Content-Type': type, 'Content-Encoding': encoding })
      expect([answer.status, (await answer.json()).code], path).toEqual([415, 'unsupported_media_type'])
    }
  })

  it('as a picture of 20,000 by 20,000 in a few kilobytes is refused by its header', async () => {
    const ihdr = Buffer.alloc(13)
    ihdr.writeUInt32BE(20_000, 0)
    ihdr.writeUInt32BE(20_000, 4)
    ihdr.set([1, 0, 0, 0, 0], 8)
    const pixels = deflateSync(Buffer.alloc(20_000 * 2_501))
    expect(pixels.length).toBeLessThan(100_000)
    const chunks = [pngChunk('IHDR', ihdr), pngChunk('IDAT', pixels), pngChunk('IEND')]
    const bomb = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks])
    const answer = await send('/v1/media', new Uint8Array(bomb), { 'Content-Type': 'image/png' })
    expect([answer.status, (await answer.json()).code]).toEqual([413, 'payload_too_large'])
  })
})

describe('a form', () => {
  const part = (name: string, content: string, more = '') =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
  const newTurns = async () => `/v1/sessions/${(await call(open.app, 'POST', '/v1/sessions', {})).body.id}/turns`
  const form = async (text: string) => send(await newTurns(), text, { 'Content-Type': 'multipart/form-data; boundary=x' })

  it.each([
    ['the same field twice', `${part('prompt', 'a')}${part('prompt', 'b')}--x--\r\n`],
    ['headers without an end', `--x\r\nContent-Disposition: form-data; name="prompt"\r\nX-A: ${'a'.repeat(20_000)}`],
    ['a name that objects inherit', `${part('__proto__', '{"a":1}')}--x--\r\n`],
    ['no name', '--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n'],
    ['no end', part('prompt', 'a')],
    ['nothing', '--x--\r\n'],
  ])('with %s is refused', async (_what, text) => {
    const answer = await form(text)
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'invalid_request'])
  })

  it('with more pictures than a turn may have is refused', async () => {
    const picture = new Blob([new Uint8Array(await encode('png', 2, 2))])
    const submit = async (pictures: number) => {
      const body = new FormData()
      // More than any model takes: the newest will do.
      body.append('options', '{"policy":{"allowDegraded":["references"]}}')
      for (let n = 0; n < pictures; n++) body.append('image', picture, `${n}.png`)
      return (await open.app.request(await newTurns(), { method: 'POST', body })).status
    }
    expect([await submit(32), await submit(33)]).toEqual([202, 400])
  })

  it('that is right is read: the ones before were refused for what is wrong with them', async () => {
    expect((await form(`${part('prompt', 'a red kite')}--x--\r\n`)).status).toBe(202)
  })
})

describe('names that objects inherit', () => {
  it.each([
    ['a field', '{"__proto__": {"title": "mine"}}'],
    ['a constructor', '{"constructor": {"prototype": {"title": "mine"}}}'],
    ['a setting', '{"image": {"__proto__": {"size": "4K"}}}'],
  ])('are unknown as %s, and change nothing', async (_what, text) => {
    const answer = await send('/v1/sessions', text, JSON_TYPE)
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'invalid_request'])
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}).not.toHaveProperty('title')
  })

  it('are kept as labels like any other', async () => {
    const metadata = '{"__proto__": "a", "constructor": "b", "toString": "c"}'
    const answer = await send('/v1/sessions', `{"metadata": ${metadata}}`, JSON_TYPE)
    expect(answer.status).toBe(201)
    const { id } = await answer.json()
    const kept = await (await open.app.request(`/v1/sessions/${id}`)).text()
    expect(kept).toContain('"toString":"c"')
    expect(kept).toContain('"constructor":"b"')
  })
})

describe('an answer that a browser shows as a page', () => {
  const policyOf = (answer: Response) => answer.headers.get('Content-Security-Policy')

  it.each(['/healthz', '/v1/sessions', '/v1/sessions/ses_none', '/nowhere', '/openapi.json'])(
    'from %s does nothing there',
    async (path) => {
      const { headers } = await open.app.request(path)
      expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'; sandbox$/)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    },
  )

  it('is kept by no cache, unless it is the same for ever', async () => {
    const picture = new Uint8Array(await encode('png', 9, 9))
    const { id, url } = await (await send('/v1/media', picture, { 'Content-Type': 'image/png' })).json()
    for (const path of ['/v1/sessions', `/v1/media/${id}`, '/v1/usage', '/nowhere']) {
      expect((await open.app.request(path)).headers.get('Cache-Control'), path).toBe('no-store')
    }
    expect((await open.app.request(url)).headers.get('Cache-Control')).toContain('immutable')
    expect((await open.app.request('/')).headers.get('Cache-Control')).toBe('no-cache')
  })

  it('is a picture, and nothing else, where somebody uploaded one', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for (const type of ['image/svg+xml', 'image/png', 'text/html']) {
      expect((await send('/v1/media', svg, { 'Content-Type': type })).status, type).toBe(415)
    }
    const picture = new Uint8Array(await encode('png', 8, 8))
    const uploaded = await (await send('/v1/media', picture, { 'Content-Type': 'text/html' })).json()
    const shown = await open.app.request(`/v1/media/${uploaded.id}/content`)
    expect([shown.headers.get('Content-Type'), shown.headers.get('X-Content-Type-Options')]).toEqual(['image/png', 'nosniff'])
    expect(policyOf(shown)).toContain('sandbox')
  })

  it('is downloaded where it holds what somebody wrote', async () => {
    const { id } = (await call(open.app, 'POST', '/v1/sessions', { title: '<script>alert(1)</script>"\r\nX: y' })).body
    const page = await open.app.request(`/v1/sessions/${id}/export?format=html`)
    expect(page.headers.get('Content-Disposition')).toMatch(/^attachment; filename="[a-z0-9-]+\.html"$/)
    expect(policyOf(page)).toContain('sandbox')
    expect(await page.text()).not.toContain('<script>')
  })

  it('runs scripts of its own only where it is meant to be a page', async () => {
    const page = await open.app.request('/')
    expect(policyOf(page)).toContain("script-src 'self'")
    expect(policyOf(page)).not.toMatch(/unsafe|\*|sandbox/)
  })
})

describe('where nobody needs a key, a page of another site', () => {
  const elsewhere = { Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' }
  const submit = (headers: Record<string, string>, settings = {}) =>
    openClosedApp(settings).request('http://localhost/v1/sessions', { method: 'POST', headers })

  it('makes no browser change anything', async () => {
    const refused = await submit(elsewhere)
    expect([refused.status, await refused.json()]).toMatchObject([400, { errors: [{ path: 'Origin' }] }])
  })

  // The services of this application cannot be reached: 500 says that the caller was let through.
  it.each([
    ['it is listed', elsewhere, { corsOrigins: ['https://elsewhere.example'] }],
    ['all are listed', elsewhere, { corsOrigins: ['*'] }],
    ['it is our own', { Origin: 'http://localhost', 'Sec-Fetch-Site': 'same-origin' }, {}],
    ['it is a program', {}, {}],
  ])('unless %s', async (_why, headers: Record<string, string>, settings) => {
    expect((await submit(headers, settings)).status).toBe(500)
  })
})
