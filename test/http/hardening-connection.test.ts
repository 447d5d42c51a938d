/** Clients that speak HTTP badly, slowly, or not at all. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpServer, type ServerLimits, serverLimits } from '../../src/node/http-server.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { openClosedApp } from './open-app.ts'
import { answerTo, openRaw, parseAnswers } from './raw-socket.ts'

const SHIPPED = serverLimits({ waitMaxMs: 55_000 })
/** Much longer than any test: what ends a connection is the one limit that a test made short. */
const ENDLESS: ServerLimits = { ...SHIPPED, headersMs: 600_000, requestMs: 900_000, silenceMs: 600_000, lookEveryMs: 20 }
const KEYS = { apiKeys: [{ tenantId: 'a', key: 'key-a' }] }

async function listen(limits: Partial<ServerLimits> = {}): Promise<number> {
  const deps = { clock: systemClock, random: systemRandom, hostname: '127.0.0.1' }
  const server: Server = createHttpServer(openClosedApp(KEYS).fetch, { ...ENDLESS, ...limits }, deps)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

/** Sends `drip` again and again until the server has had enough. */
async function drip(port: number, opening: string, piece: string): Promise<string> {
  const connection = await openRaw(port)
  connection.send(opening)
  const timer = setInterval(() => connection.send(piece), 5)
  return connection.closed.finally(() => clearInterval(timer))
}

describe('a client that takes its time', () => {
  it('with its headers is told so and let go', async () => {
    const port = await listen({ headersMs: 80 })
    const [answer] = parseAnswers(await drip(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'))
    expect(answer?.status).toBe(408)
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'invalid_request', status: 408 })
  })

  it('and says nothing at all is let go', async () => {
    const { closed } = await openRaw(await listen({ silenceMs: 80 }))
    expect(await closed).toBe('')
  })

  it('with the rest of a body that nobody reads is let go', async () => {
    const port = await listen({ requestMs: 80, headersMs: 40 })
    const received = await drip(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n', 'x')
    expect(parseAnswers(received)[0]?.status).toBe(200)
  })

  it('between its requests is let go', async () => {
    const connection = await openRaw(await listen({ idleMs: 50 }))
    connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(parseAnswers(await connection.closed)).toMatchObject([{ status: 200 }])
  })
})

describe('the limits that ship', () => {
  it('leave room for the longest wait a client may ask for, and for the comments of an event stream', () => {
    for (const waitMaxMs of [0, 55_000, 600_000]) expect(serverLimits({ waitMaxMs }).silenceMs).toBeGreaterThan(waitMaxMs + 15_000)
  })

  it('keep a connection for longer than load balancers do', () => {
    expect(SHIPPED.idleMs).toBeGreaterThan(60_000)
  })

  it('bound the headers to seconds, and let the largest bundle through at 5 Mbit/s', () => {
    expect(SHIPPED.headersMs).toBeLessThanOrEqual(30_000)
    expect((4 * 2 ** 30 * 8) / (SHIPPED.requestMs / 1000)).toBeLessThan(5e6)
  })
})

const HEAD = 'Host: x\r\nAuthorization: Bearer key-a\r\n'
const chunked = (more: string) => `POST /v1/models HTTP/1.1\r\n${HEAD}${more}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`

describe('what is no request', () => {
  it.each([
    ['a length and chunks at once', chunked('Content-Length: 5\r\n'), 400],
    ['chunks that are not named last', chunked('Transfer-Encoding: xchunked\r\n').replace('Transfer-Encoding: chunked\r\n', ''), 400],
    ['a blank before the colon', chunked('').replace('Encoding:', 'Encoding :'), 400],
    ['two lengths', `POST /v1/models HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`, 400],
    ['a length with a sign', `POST /v1/models HTTP/1.1\r\n${HEAD}Content-Length: +2\r\n\r\n{}`, 400],
    ['a chunk of hex with a prefix', chunked('').replace('0\r\n\r\n', '0x2\r\n{}\r\n0\r\n\r\n'), 400],
    ['lines that end in LF alone', 'GET /healthz HTTP/1.1\nHost: x\n\n', 400],
    ['a folded header', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n', 400],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
    ['a Host with a path in it', 'GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['a Host with a user in it', 'GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
    ['a backslash in the path', `GET /v1\\models HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['an absolute address that is none', `GET http://[/v1 HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['the asterisk', `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['a method nobody knows', `FOO /v1/models HTTP/1.1\r\n${HEAD}\r\n`, 400],
    ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a header that is too large', `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['too many headers', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(3_000)}\r\n`, 431],
    ['an address that is too long', `GET /healthz?${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ])('for having %s is refused as a problem, and ends the connection', async (_what, text, status) => {
    const smuggled = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const answers = parseAnswers(await answerTo(await listen(), text + smuggled))
    expect(answers.map((answer) => answer.status)).toEqual([status])
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({
      code: 'invalid_request',
      status,
      requestId: answers[0]?.headers.get('x-request-id'),
    })
  })
})

describe('what is odd, and a request all the same,', () => {
  const last = 'GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  it.each([
    ['one sent behind another', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 200],
    [
      'a request in the body of another',
      'POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 37\r\n\r\nGET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n\r\n',
      401,
    ],
    ['an absolute address', 'GET http://elsewhere.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n', 200],
    ['dots in the path', 'GET /v1/%2e%2e/../healthz HTTP/1.1\r\nHost: x\r\n\r\n', 200],
    ['percent signs that mean nothing', 'GET /v1/%zz%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    ['an expectation nobody knows', 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n', 200],
    ['a method that is not served', 'PROPFIND /v1/models HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['a header by the name of __proto__', 'GET /healthz HTTP/1.1\r\nHost: x\r\n__proto__: y\r\n\r\n', 200],
  ])('%s gets one answer, and so does the next', async (_what, text, status) => {
    const answers = parseAnswers(await answerTo(await listen(), text + last))
    expect(answers.map((answer) => answer.status)).toEqual([status, 200])
  })

  it('an upgrade nobody offers is answered as if it had not been asked for', async () => {
    const upgrade = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n'
    expect(parseAnswers(await answerTo(await listen(), upgrade))).toMatchObject([{ status: 200 }])
  })
})
