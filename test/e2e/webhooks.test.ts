import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
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

test('the end of a turn is told, signed with the secret of its tenant, with the turn as the API shows it', async () => {
  const { start, env } = await prepare()
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

  const { sql } = connect(String(env.DATABASE_URL), { max: 1, applicationName: 'test' })
  const [tenant] = await sql<{ secret: string }[]>`select webhook_secret as secret from tenants where id = 'local'`
  await sql.end()
  const key = Buffer.from(String(tenant?.secret).replace('whsec_', ''), 'base64')
  const id = headers['webhook-id']
  expect(id).toBe(`${turn.body.id}-${turn.body.version}`)
  const signed = createHmac('sha256', key).update(`${id}.${headers['webhook-timestamp']}.${body}`).digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${signed}`)
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
