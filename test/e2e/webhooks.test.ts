import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { call, edit, prepare, say, type TurnJson } from './running-service.ts'

// Several whole services each: on a busy machine they take their time to start.
vi.setConfig({ testTimeout: 60_000 })

const PUBLIC_URL = 'https://pictures.example'
const OPEN = { PUBLIC_URL, WEBHOOK_ALLOW_PRIVATE: 'on' }

interface Received {
  headers: Record<string, string>
  body: string
}

/** A server that answers `status` to whatever it is told. */
async function receiver(status: number): Promise<{ url: string; received: Received[]; next(): Promise<Received> }> {
  const received: Received[] = []
  let told: () => void = () => undefined
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers as Record<string, string>, body: await text(request) })
    response.writeHead(status).end()
    told()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  let read = 0
  const next = async (): Promise<Received> => {
    const one = received[read]
    if (one !== undefined) {
      read += 1
      return one
    }
    await new Promise<void>((resolve) => {
      told = resolve
    })
    return next()
  }
  return { url: `http://127.0.0.1:${address.port}/hook`, received, next }
}

type Verify = (secret: string, headers: Record<string, string>, body: string) => void

/** The receiver that docs/webhooks.md shows. */
async function documentedReceiver(): Promise<Verify> {
  const page = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')
  const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? []
  const module: { verifyWebhook: Verify } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  return module.verifyWebhook
}

/** As the API shows it to whoever needs no key. */
const secretOf = async (url: string) => (await call<{ webhook: { secret: string } }>(url, 'GET', '/v1/tenants/local')).body.webhook.secret

test('the end of a turn is told, signed with the secret that the API shows of its tenant, with the turn as the API shows it', async () => {
  const { start } = await prepare()
  const { url } = await start(OPEN)
  const hook = await receiver(204)
  const session = await call(url, 'POST', '/v1/sessions', {})
  const turn = await edit(url, session.body.id, [say('a red kite')], { webhookUrl: hook.url })
  expect(turn.status).toBe(201)
  const { headers, body } = await hook.next()
  const { type, timestamp, data } = JSON.parse(body) as { type: string; timestamp: string; data: TurnJson }
  expect(type).toBe('turn.succeeded')
  expect(Math.abs(Date.parse(timestamp) - Date.parse(String(turn.body.endedAt)))).toBeLessThan(5_000)
  expect(data).toMatchObject({ id: turn.body.id, status: 'succeeded', version: turn.body.version })
  expect(data.output?.image?.url.startsWith(`${PUBLIC_URL}/v1/media/`)).toBe(true)

  const verify = await documentedReceiver()
  const secret = await secretOf(url)
  expect(headers['webhook-id']).toBe(`${turn.body.id}-${turn.body.version}`)
  verify(secret, headers, body)
  expect(() => verify(secret, headers, `${body} `)).toThrow('signed')
  expect(() => verify(secret, { ...headers, 'webhook-id': 'trn_other-1' }, body)).toThrow('signed')
  expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, headers, body)).toThrow('signed')
  expect(() => verify(secret, { ...headers, 'webhook-timestamp': '1700000000' }, body)).toThrow('sent')
})

test('a webhook told after the secret was replaced is verified by a receiver with the old one and by one with the new one', async () => {
  const { start, logged } = await prepare()
  const { url } = await start(OPEN)
  const hook = await receiver(204)
  const [verify, session] = [await documentedReceiver(), await call(url, 'POST', '/v1/sessions', {})]
  const told = async () => {
    expect((await edit(url, session.body.id, [say('a red kite')], { webhookUrl: hook.url })).status).toBe(201)
    return hook.next()
  }
  const replace = async (secret: string | null) =>
    expect((await call(url, 'PATCH', '/v1/tenants/local', { webhook: { secret } })).status).toBe(200)

  const first = await secretOf(url)
  const before = await told()
  verify(first, before.headers, before.body)
  expect(before.headers['webhook-signature']).not.toContain(' ')

  await replace(null)
  const second = await secretOf(url)
  expect(second).not.toBe(first)
  expect(() => verify(second, before.headers, before.body)).toThrow('signed')
  const during = await told()
  for (const secret of [first, second]) verify(secret, during.headers, during.body)

  const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
  await replace(own)
  const after = await told()
  for (const secret of [first, second, own]) verify(secret, after.headers, after.body)
  for (const secret of [first, second, own]) expect(JSON.stringify(logged)).not.toContain(secret.slice('whsec_'.length))
})

test('what a webhook is owed outlives the node on which the turn ended', async () => {
  const { start } = await prepare()
  const front = await start({ ...OPEN, EXECUTOR: 'off' })
  const hook = await receiver(200)
  const session = await call(front.url, 'POST', '/v1/sessions', {})
  const turn = await edit(front.url, session.body.id, [say('a red kite')], { webhookUrl: hook.url }, { prefer: 'respond-async' })
  await call(front.url, 'POST', `/v1/turns/${turn.body.id}/cancel`)
  await front.close()
  expect(hook.received).toEqual([])
  await start(OPEN)
  expect(JSON.parse((await hook.next()).body)).toMatchObject({ type: 'turn.canceled', data: { id: turn.body.id, status: 'canceled' } })
})

test.each([
  [500, 'retry'],
  [307, 'retry'],
  [410, 'completed'],
])('a receiver that answers %i makes the delivery a case of %s', async (status, state) => {
  const { start, env } = await prepare()
  const { url } = await start(OPEN)
  const hook = await receiver(status)
  const session = await call(url, 'POST', '/v1/sessions', {})
  await edit(url, session.body.id, [say('a red kite')], { webhookUrl: hook.url })
  await hook.next()
  const { sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'test' })
  const stateOf = async () => (await sql<{ state: string }[]>`select state::text from pgboss.job where name = 'webhooks'`)[0]?.state
  await expect.poll(stateOf, { timeout: 10_000 }).toBe(state)
  await sql.end()
})

test('without an address of our own, or to one that is not safe, none is promised', async () => {
  const { start } = await prepare()
  const closed = await start()
  const session = await call(closed.url, 'POST', '/v1/sessions', {})
  const refused = await edit(closed.url, session.body.id, [say('a kite')], { webhookUrl: 'https://receiver.example/hook' })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path: 'webhookUrl' }] } })
  expect(JSON.stringify(refused.body)).toContain('PUBLIC_URL')
  const open = await start({ PUBLIC_URL })
  const plain = await edit(open.url, session.body.id, [say('a kite')], { webhookUrl: 'http://receiver.example/hook' })
  expect(plain).toMatchObject({ status: 400, body: { errors: [{ path: 'webhookUrl', message: 'must begin with https://' }] } })
})
