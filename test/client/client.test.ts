import { expect, test } from 'vitest'
import {
  type Client,
  createClient,
  type Edit,
  InvalidRequestError,
  NotFoundError,
  SessionBusyError,
  type TurnEvent,
  TurnFailedError,
  UnauthorizedError,
} from '../../src/client/index.ts'
import { photo, prepare } from '../e2e/running-service.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'

async function collect(edit: Edit): Promise<TurnEvent[]> {
  const events: TurnEvent[] = []
  for await (const event of edit) events.push(event)
  return events
}

const seqs = (events: TurnEvent[]) => events.map(({ seq }) => seq)
const gapless = (events: TurnEvent[]) => events.map((_, index) => index + 1)
const image = async () => new Uint8Array(await photo())

test('an edit can be awaited, iterated over, and both, and uploads its images', async () => {
  const { start } = await prepare()
  const client = createClient({ baseUrl: (await start()).url })
  const session = await client.sessions.create({ title: 'A house' })
  const first = await session.edit({ prompt: 'add a kite', images: [await image()] })
  expect(first).toMatchObject({ status: 'succeeded', parentId: null, output: { image: { type: 'image' } } })
  expect(first.input.parts.map(({ type }) => type)).toEqual(['text', 'image'])

  const second = session.edit({ prompt: 'make it night' })
  const events = await collect(second)
  expect(seqs(events)).toEqual(gapless(events))
  expect(events.at(-1)).toMatchObject({ type: 'turn.succeeded', turn: { parentId: first.id } })
  expect((await second).id).toBe(events[0]?.turnId)
  expect(await session.turns()).toMatchObject([{ id: first.id }, { id: (await second).id }])
})

test('sessions are listed, changed, forked and deleted', async () => {
  const { start } = await prepare()
  const { sessions, session } = createClient({ baseUrl: (await start()).url })
  const { id } = await sessions.create()
  const turn = await session(id).edit({ prompt: 'a tree' })
  expect(await sessions.update(id, { title: 'A tree', headTurnId: null })).toMatchObject({ title: 'A tree', headTurnId: null })
  const copy = await sessions.fork(id, turn.id)
  expect(await copy.turns()).toHaveLength(1)
  expect((await sessions.list({ limit: 1 })).data).toMatchObject([{ id: copy.id }])
  expect(await sessions.delete(copy.id)).toMatchObject({ turns: 1 })
  await expect(copy.get()).rejects.toBeInstanceOf(NotFoundError)
})

test('a session is exported, and imported again as another one', async () => {
  const { start } = await prepare()
  const { sessions } = createClient({ baseUrl: (await start()).url })
  const session = await sessions.create({ title: 'To keep' })
  await session.edit({ prompt: 'a barn', images: [await image()] })
  const copy = await sessions.import(await sessions.export(session.id))
  expect(copy.id).not.toBe(session.id)
  expect(await copy.get()).toMatchObject({ title: 'To keep', turnCount: 1 })
  expect(await (await sessions.export(session.id, { format: 'markdown' })).text()).toContain('a barn')
})

test('a turn that failed is a turn when awaited, and an error when asked for', async () => {
  const { start, simulator } = await prepare()
  simulator.setFaults([{ match: {}, fault: { kind: 'refusal', refusal: 'prompt_safety' } }])
  const session = await createClient({ baseUrl: (await start()).url }).sessions.create()
  const edit = session.edit({ prompt: 'something' })
  expect(await edit).toMatchObject({ status: 'failed', error: { code: 'content_blocked' } })
  const failure = await edit.orThrow().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(TurnFailedError)
  expect(failure).toMatchObject({ turn: { error: { code: 'content_blocked' } } })
})

test('an edit is canceled, and made again as a sibling', async () => {
  const { start, simulator } = await prepare()
  const client = createClient({ baseUrl: (await start()).url })
  const session = await client.sessions.create()
  simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'silence' } }])
  const edit = session.edit({ prompt: 'a boat' })
  for await (const event of edit) if (event.type === 'attempt.started') await edit.cancel()
  const canceled = await edit
  expect(canceled).toMatchObject({ status: 'canceled', billed: 'maybe' })
  expect(await client.turns.regenerate(canceled.id)).toMatchObject({ status: 'succeeded', siblingIds: [canceled.id] })
})

test('errors are classes by their code', async () => {
  const { start, simulator } = await prepare()
  const { url } = await start({ API_KEYS: 'acme:secret-of-acme' })
  await expect(createClient({ baseUrl: url }).sessions.create()).rejects.toBeInstanceOf(UnauthorizedError)
  const client = createClient({ baseUrl: url, key: 'secret-of-acme' })
  const session = await client.sessions.create()
  const wrong = await session.edit({ prompt: 'x', metadata: { ['k'.repeat(65)]: 'v' } }).then(undefined, (error: unknown) => error)
  expect(wrong).toBeInstanceOf(InvalidRequestError)
  expect(wrong).toMatchObject({
    code: 'invalid_request',
    status: 400,
    problem: { errors: [{ path: expect.stringContaining('metadata') }] },
  })
  simulator.setFaults([{ match: {}, times: 1, fault: { kind: 'silence' } }])
  const first = session.edit({ prompt: 'a' })
  const { id } = await first.accepted
  const busy = await session.edit({ prompt: 'b' }).accepted.catch((error: unknown) => error)
  expect(busy).toBeInstanceOf(SessionBusyError)
  expect(busy).toMatchObject({ problem: { turnId: id } })
  await first.cancel()
})

test('a token reaches its session and nothing else, and is asked for anew when it is a function', async () => {
  const { start } = await prepare()
  const { url } = await start({ API_KEYS: 'acme:secret-of-acme' })
  const client = createClient({ baseUrl: url, key: 'secret-of-acme' })
  const [mine, other] = [await client.sessions.create(), await client.sessions.create()]
  let asked = 0
  const token = async () => {
    asked += 1
    return (await client.sessions.createToken(mine.id)).token
  }
  const browser = createClient({ baseUrl: url, token })
  expect(await browser.session(mine.id).edit({ prompt: 'a hill', images: [await image()] })).toMatchObject({ status: 'succeeded' })
  expect(asked).toBeGreaterThan(2)
  await expect(browser.session(other.id).get()).rejects.toBeInstanceOf(NotFoundError)
})

/** A client whose connections run through a proxy that breaks them. */
async function behindProxy(url: string, more: { attemptsMax?: number } = {}) {
  const proxy = await startCuttingProxy(url)
  const states: string[] = []
  const client: Client = createClient({ baseUrl: proxy.url, onConnection: (state) => void states.push(state), ...more })
  return { proxy, states, client }
}

test('events go on where they broke off, each of them once', async () => {
  const { start } = await prepare()
  const { proxy, states, client } = await behindProxy((await start()).url)
  const session = await client.sessions.create()
  let cuts = 3
  proxy.onAnswer((bytes) => (bytes.includes('event: attempt.started') && cuts-- > 0 ? 'cut' : 'pass'))
  const events = await collect(session.edit({ prompt: 'a bridge' }))
  expect(cuts).toBeLessThanOrEqual(0)
  expect(seqs(events)).toEqual(gapless(events))
  expect(events.at(-1)?.type).toBe('turn.succeeded')
  expect(states).toContain('lost')
  expect(states.at(-1)).toBe('restored')
})

test('a post whose answer is lost is sent again, and becomes no second turn', async () => {
  const { start, simulator } = await prepare()
  const { proxy, client } = await behindProxy((await start()).url)
  const session = await client.sessions.create()
  let answersToLose = 2
  proxy.onAnswer((bytes) => (/^HTTP\/1\.1 20[12]/.test(bytes.toString('latin1')) && answersToLose-- > 0 ? 'cut' : 'pass'))
  expect(await session.edit({ prompt: 'a mill' })).toMatchObject({ status: 'succeeded' })
  expect(answersToLose).toBeLessThanOrEqual(0)
  expect(await session.turns({ all: true })).toHaveLength(1)
  expect(simulator.counts()).toMatchObject({ generated: 1 })
})

test('two identical posts in a race are one turn', async () => {
  const { start, simulator } = await prepare()
  const client = createClient({ baseUrl: (await start()).url })
  const session = await client.sessions.create()
  const same = { prompt: 'a gate', idempotencyKey: 'the-gate' }
  const [one, other] = await Promise.all([session.edit(same), session.edit(same)])
  expect(one.id).toBe(other.id)
  expect(simulator.counts()).toMatchObject({ generated: 1 })
})

test('a connection that stays lost is said to be, after so many attempts', async () => {
  const { start } = await prepare()
  const { proxy, client } = await behindProxy((await start()).url, { attemptsMax: 3 })
  const session = await client.sessions.create()
  proxy.refuse(true)
  proxy.cut()
  await expect(session.get()).rejects.toMatchObject({ name: 'ConnectionLostError' })
  await expect(client.sessions.create()).rejects.toMatchObject({ name: 'ConnectionLostError' })
})
