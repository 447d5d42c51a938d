import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport, TransportError, TransportRequest, TransportResponse } from '../../src/gemini/transport.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { createFetchTransport } from '../../src/worker/fetch-transport.ts'
import { startUpstream } from './local-upstream.ts'

const transports: readonly (readonly [string, () => Transport])[] = [
  ['undici', () => createUndiciTransport({ httpsProxy: null, noProxy: null })],
  ['fetch', () => createFetchTransport({ fetch })],
]
const PIECE_BYTES = 64 * 1024

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A server that does with each connection what it is told, and knows nothing of HTTP. */
async function startTcp(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startHttp(listener: Parameters<typeof startUpstream>[0]): Promise<string> {
  const upstream = await startUpstream(listener)
  cleanUps.push(upstream.stop)
  return upstream.baseUrl
}

/** A body of `pieces` pieces; with `open`, its last piece never comes. */
async function* longBody(pieces: number, counted = { given: 0 }, open = false): AsyncGenerator<Uint8Array> {
  for (; counted.given < pieces - (open ? 1 : 0); counted.given += 1) yield new Uint8Array(PIECE_BYTES)
  if (open) await new Promise(() => {})
}

describe.each(transports)('over %s', (name, create) => {
  function send(url: string, overrides: Partial<TransportRequest> = {}): Promise<TransportResponse> {
    const transport = create()
    cleanUps.push(() => transport.close())
    return transport.request({
      endpointId: 'here',
      method: 'POST',
      url,
      headers: {},
      body: 'hello',
      contentLength: 5,
      timeouts: { headersMs: 300_000, bodyMs: 300_000 },
      signal: new AbortController().signal,
      ...overrides,
    })
  }
  const failure = (sending: Promise<unknown>) =>
    sending.then(
      () => expect.unreachable('it did not fail'),
      (error: unknown) => error as TransportError,
    )

  it('a request arrives whole and an answer comes back whole', async () => {
    const url = await startHttp(async (request, response) => {
      response.setHeader('x-length', String((await buffer(request)).length))
      response.end('x'.repeat(1_000_000))
    })
    const response = await send(url, { body: longBody(40), contentLength: 40 * PIECE_BYTES })
    expect(response).toMatchObject({ status: 200, headers: { 'x-length': String(40 * PIECE_BYTES) } })
    expect((await text(response.body)).length).toBe(1_000_000)
  })

  // `fetch` takes a short body before it connects; it then claims no more than it knows.
  const unsent = name === 'fetch' ? 'unknown' : 'no'
  it(`nobody listening: ${unsent} request sent`, async () => {
    const upstream = await startUpstream(() => {})
    await upstream.stop()
    expect(await failure(send(upstream.baseUrl))).toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED', sent: unsent })
  })

  it(`a name that does not resolve: ${unsent} request sent`, async () => {
    expect(await failure(send('http://nowhere.invalid'))).toMatchObject({ name: 'TransportError', sent: unsent })
  })

  it('dropped right after accepting, with a short request: it may have been carried out', async () => {
    const url = await startTcp((socket) => socket.once('data', () => socket.destroy()))
    expect(await failure(send(url))).toMatchObject({ name: 'TransportError', sent: 'unknown' })
  })

  it('reset in mid-upload: it was not carried out, since it never was whole', async () => {
    const url = await startTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const error = await failure(send(url, { body: longBody(100, { given: 0 }, true), contentLength: 100 * PIECE_BYTES }))
    expect(error).toMatchObject({ name: 'TransportError', sent: 'no' })
  })

  it('silence after the whole request: it may have been carried out', async () => {
    const stop = new AbortController()
    const url = await startHttp((request) => void buffer(request).then(() => stop.abort()))
    expect(await failure(send(url, { signal: stop.signal }))).toMatchObject({ name: 'TransportError', sent: 'unknown' })
  })

  it('aborted in mid-upload: not carried out, and the body is closed', async () => {
    const stop = new AbortController()
    const url = await startTcp((socket) => socket.once('data', () => stop.abort()))
    let closed = false
    async function* body() {
      try {
        for (;;) yield new Uint8Array(PIECE_BYTES)
      } finally {
        closed = true
      }
    }
    expect(await failure(send(url, { body: body(), contentLength: 1e12, signal: stop.signal }))).toMatchObject({ sent: 'no' })
    await expect.poll(() => closed).toBe(true)
  })

  it('aborted beforehand: nothing is sent and the body never read', async () => {
    const counted = { given: 0 }
    const sending = send('http://127.0.0.1:1', { signal: AbortSignal.abort(), body: longBody(3, counted), contentLength: 3 * PIECE_BYTES })
    expect(await failure(sending)).toMatchObject({ name: 'TransportError', sent: 'no' })
    expect(counted.given).toBe(0)
  })

  it('an answer cut in the middle fails while it is read', async () => {
    const url = await startTcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this')))
    const response = await send(url)
    expect(await failure(text(response.body))).toMatchObject({ name: 'TransportError', sent: 'unknown' })
  })

  it('what the body itself throws comes back as it is', async () => {
    const fault = new Error('no such blob')
    async function* body() {
      yield new Uint8Array(10)
      throw fault
    }
    const url = await startTcp(() => {})
    expect(await failure(send(url, { body: body(), contentLength: 20 }))).toBe(fault)
  })

  it('a redirect is an answer', async () => {
    const url = await startHttp((request, response) => {
      request.resume()
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    })
    expect((await send(url)).status).toBe(302)
  })

  it('a body is taken no faster than the upstream reads', async () => {
    const counted = { given: 0 }
    const paused = Promise.withResolvers<Socket>()
    const url = await startTcp((socket) => {
      socket.pause()
      paused.resolve(socket)
    })
    const stop = new AbortController()
    const sending = failure(send(url, { body: longBody(4000, counted), contentLength: 4000 * PIECE_BYTES, signal: stop.signal }))
    await paused.promise
    // Long enough for a body that nobody holds back to run away.
    for (let turns = 0; turns < 2000; turns += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(counted.given).toBeLessThan(400)
    stop.abort()
    expect(await sending).toMatchObject({ sent: 'no' })
  })

  // Node's `fetch` would wait for the end of the body.
  if (name === 'fetch') return
  it('an answer that comes before the body was read is taken, and the rest of the body is not', async () => {
    const counted = { given: 0 }
    const url = await startTcp((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\n\r\ntoo large')
    })
    const response = await send(url, { body: longBody(4000, counted), contentLength: 4000 * PIECE_BYTES })
    expect(response.status).toBe(413)
    expect(await text(response.body)).toBe('too large')
    expect(counted.given).toBeLessThan(400)
  })
})

describe('undici', () => {
  it('stops waiting where the answer falls silent', async () => {
    const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
    cleanUps.push(() => transport.close())
    const url = await startHttp((request) => void request.resume())
    const request = {
      endpointId: 'here',
      method: 'POST',
      url,
      headers: {},
      body: 'x',
      contentLength: 1,
      signal: new AbortController().signal,
    } as const
    const sending = transport.request({ ...request, timeouts: { headersMs: 300, bodyMs: 300 } })
    await expect(sending).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT', sent: 'unknown' })
  })

  it('asks the proxy for what is far away, and never for what is on this machine', async () => {
    const asked: string[] = []
    const proxy = await startTcp((socket) =>
      socket.once('data', (data) => {
        asked.push(String(data).split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 502 No\r\n\r\n')
      }),
    )
    const near = await startHttp((_, response) => void response.end('near'))
    const transport = createUndiciTransport({ httpsProxy: proxy, noProxy: 'spared.invalid' })
    cleanUps.push(() => transport.close())
    const get = (url: string) =>
      transport.request({
        endpointId: 'here',
        method: 'POST',
        url,
        headers: {},
        body: 'x',
        contentLength: 1,
        timeouts: { headersMs: 5000, bodyMs: 5000 },
        signal: new AbortController().signal,
      })
    expect(await text((await get(near)).body)).toBe('near')
    await expect(get('https://far.invalid/')).rejects.toMatchObject({ name: 'TransportError', sent: 'no' })
    await expect(get('https://spared.invalid/')).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/), sent: 'no' })
    expect(asked).toEqual(['CONNECT far.invalid:443 HTTP/1.1'])
  })

  it('keeps a connection for the next request, but apart by endpoint', async () => {
    let connections = 0
    const upstream = await startUpstream((request, response) => void buffer(request).then(() => response.end('ok')))
    cleanUps.push(upstream.stop)
    upstream.server.on('connection', () => {
      connections += 1
    })
    const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
    cleanUps.push(() => transport.close())
    for (const endpointId of ['a', 'a', 'b']) {
      const response = await transport.request({
        endpointId,
        method: 'POST',
        url: upstream.baseUrl,
        headers: {},
        body: 'x',
        contentLength: 1,
        timeouts: { headersMs: 5000, bodyMs: 5000 },
        signal: new AbortController().signal,
      })
      await text(response.body)
      // undici frees a connection one turn of the event loop later.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(connections).toBe(2)
  })
})
