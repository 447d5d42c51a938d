import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createWebhookSender } from '../../src/node/webhooks/post-webhook.ts'
import { createPublicLookup, PrivateAddress } from '../../src/node/webhooks/public-addresses.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { createManualClock } from '../support/manual-clock.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function receiver(handle: Handler): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  return `http://127.0.0.1:${address.port}`
}

function sender(allowPrivate: boolean, clock = systemClock) {
  const made = createWebhookSender({ clock, allowPrivate })
  onTestFinished(() => made.close())
  return made
}

test('the body arrives as it was given, and the status comes back', async () => {
  const bodies: string[] = []
  const url = await receiver(async (request, response) => {
    bodies.push(`${request.method} ${request.headers['webhook-id']} ${await text(request)}`)
    response.writeHead(204).end()
  })
  expect(await sender(true).post({ url, headers: { 'webhook-id': 'trn_1-3' }, body: '{"type":"turn.succeeded"}' })).toBe(204)
  expect(bodies).toEqual(['POST trn_1-3 {"type":"turn.succeeded"}'])
})

describe('a host that leads inside', () => {
  test.each([
    ['by its address', (port: string) => `http://127.0.0.1:${port}`],
    ['by its address in disguise', (port: string) => `http://2130706433:${port}`],
    ['by an IPv6 address around it', (port: string) => `http://[::ffff:127.0.0.1]:${port}`],
    ['by its address in octal', (port: string) => `http://0177.0.0.1:${port}`],
    ['by its address in hex, and short', (port: string) => `http://0x7f.1:${port}`],
    ['by the address of nobody', (port: string) => `http://0:${port}`],
    ['by its name', (port: string) => `http://localhost:${port}`],
  ])('%s is not connected to', async (_how, urlOf) => {
    let calls = 0
    const open = await receiver((_request, response) => {
      calls += 1
      response.end()
    })
    const post = { headers: {}, body: '{}' }
    await expect(sender(false).post({ url: urlOf(new URL(open).port), ...post })).rejects.toThrow(/not public/)
    expect(calls).toBe(0)
    expect(await sender(true).post({ url: open, ...post })).toBe(200)
    expect(calls).toBe(1)
  })
})

describe('a name that leads inside only when it matters', () => {
  const OUTSIDE = { address: '8.8.8.8', family: 4 }
  const INSIDE = { address: '127.0.0.1', family: 4 }

  /** Answers each question with the next of these, and the last again and again. */
  const namesLead = (...answers: LookupAddress[][]) => {
    const asked: string[] = []
    const resolve = async (hostname: string) => {
      asked.push(hostname)
      return answers.length > 1 ? (answers.shift() ?? []) : (answers[0] ?? [])
    }
    return { asked, resolve }
  }

  test.each([
    ['besides outside', [[OUTSIDE, INSIDE]]],
    ['as IPv4 within IPv6', [[{ address: '::ffff:127.0.0.1', family: 6 }]]],
    ['by NAT64', [[{ address: '64:ff9b::7f00:1', family: 6 }]]],
  ])('%s is not connected to', async (_how, answers) => {
    let calls = 0
    const open = await receiver((_request, response) => void response.end(String(calls++)))
    const made = createWebhookSender({ clock: systemClock, allowPrivate: false, resolve: namesLead(...answers).resolve })
    onTestFinished(() => made.close())
    const url = `http://rebound.example:${new URL(open).port}`
    await expect(made.post({ url, headers: {}, body: '{}' })).rejects.toThrow(/not public/)
    expect(calls).toBe(0)
  })

  test('is looked up once: what was checked is what is connected to (DNS rebinding)', async () => {
    const { asked, resolve } = namesLead([OUTSIDE], [INSIDE])
    const lookup = createPublicLookup(resolve)
    const given = await new Promise((done) => lookup('rebound.example', { all: true }, (_error, addresses) => done(addresses)))
    expect([given, asked]).toEqual([[OUTSIDE], ['rebound.example']])
    // The second time the name leads inside, which is refused, not remembered as checked.
    const refused = await new Promise((done) => lookup('rebound.example', { all: true }, (error) => done(error)))
    expect(refused).toBeInstanceOf(PrivateAddress)
  })
})

test('a redirect is an answer, not a place to go', async () => {
  const asked: (string | undefined)[] = []
  const url = await receiver((request, response) => {
    asked.push(request.url)
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  expect(await sender(true).post({ url, headers: {}, body: '{}' })).toBe(307)
  expect(asked).toEqual(['/'])
})

test('a receiver that does not answer is left after ten seconds', async () => {
  const clock = createManualClock()
  const asked = Promise.withResolvers<void>()
  const url = await receiver(() => asked.resolve())
  const posted = sender(true, clock).post({ url, headers: {}, body: '{}' })
  const outcome = expect(posted).rejects.toThrow(/took too long/)
  await asked.promise
  await clock.advance(10_000)
  await outcome
})

test('an answer without an end does not hold us up', async () => {
  const url = await receiver((_request, response) => {
    response.writeHead(200)
    const flow = () => {
      while (response.write(Buffer.alloc(65_536)));
      response.once('drain', flow)
    }
    flow()
  })
  expect(await sender(true).post({ url, headers: {}, body: '{}' })).toBe(200)
})
