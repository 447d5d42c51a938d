import { expect, onTestFinished, test, vi } from 'vitest'
import { call, edit, prepare, say, type TurnJson } from './running-service.ts'

// Several whole services each: on a busy machine they take their time to start.
vi.setConfig({ testTimeout: 60_000 })

/** Longer than a second, so that only a ring that was heard explains an answer within it. */
const SLOW = { latency: { '*': { minMs: 4_000, maxMs: 4_000 } } }

interface Told {
  id: number
  event: string
  data: { at: string; turn?: TurnJson }
}

/** Reads a stream of events to its end, or up to the first of `until`. */
async function read(url: string, headers: Record<string, string> = {}, until?: string): Promise<Told[]> {
  const over = new AbortController()
  const response = await fetch(url, { headers, signal: over.signal })
  const told: Told[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    const whole = text.split('\n\n')
    text = whole.pop() ?? ''
    for (const block of whole) {
      const [, id, event, data] = /^id: (\d+)\nevent: (.*)\ndata: (.*)$/s.exec(block) ?? []
      if (data !== undefined) told.push({ id: Number(id), event: event ?? '', data: JSON.parse(data) })
      if (event === until) return told
    }
  }
  return told
}

async function session(url: string, settings: object = {}): Promise<string> {
  return (await call(url, 'POST', '/v1/sessions', settings)).body.id
}

test('a node that executes nothing accepts turns, and tells of them as another carries them out', async () => {
  const { start } = await prepare()
  const front = await start({ EXECUTOR: 'off' })
  const back = await start()
  const sessionId = await session(front.url)
  const turn = await edit(front.url, sessionId, [say('a red kite')])
  expect(turn).toMatchObject({ status: 201, body: { status: 'succeeded' } })
  const told = await read(`${front.url}/v1/turns/${turn.body.id}/events`)
  expect(told.at(-1)).toMatchObject({ event: 'turn.succeeded', data: { turn: { id: turn.body.id, status: 'succeeded' } } })
  expect((await call(back.url, 'GET', `/v1/turns/${turn.body.id}`)).body.status).toBe('succeeded')
})

test('nobody executes, so the turn waits: without another node the one before proves nothing', async () => {
  const { start } = await prepare()
  const { url } = await start({ EXECUTOR: 'off' })
  const turn = await edit(url, await session(url), [say('a red kite')], {}, { prefer: 'wait=1' })
  expect(turn).toMatchObject({ status: 202, body: { status: 'queued' } })
})

test('what happens on one node is told on another as it happens, and a stream goes on there where it broke off', async () => {
  const { start } = await prepare({ latency: { '*': { minMs: 600, maxMs: 600 } } })
  const front = await start({ EXECUTOR: 'off' })
  await start()
  const sessionId = await session(front.url)
  const accepted = await edit(front.url, sessionId, [say('a red kite')], {}, { prefer: 'respond-async' })
  const first = await read(`${front.url}/v1/turns/${accepted.body.id}/events`, {}, 'attempt.started')
  const other = await start({ EXECUTOR: 'off' })
  const rest = await read(`${other.url}/v1/turns/${accepted.body.id}/events`, { 'last-event-id': String(first.at(-1)?.id) })
  const ids = [...first, ...rest].map(({ id }) => id)
  expect(ids).toEqual(ids.map((_, index) => index + 1))
  expect(rest.at(-1)?.event).toBe('turn.succeeded')
})

test('a cancel on one node ends the turn at once, and the attempt on another is read on and kept', async () => {
  const { start, simulator } = await prepare({ latency: { '*': { minMs: 1_500, maxMs: 1_500 } } })
  const front = await start({ EXECUTOR: 'off' })
  await start()
  const sessionId = await session(front.url)
  const accepted = await edit(front.url, sessionId, [say('a red kite')], {}, { prefer: 'respond-async' })
  const watched = read(`${front.url}/v1/turns/${accepted.body.id}/events`)
  await read(`${front.url}/v1/turns/${accepted.body.id}/events`, {}, 'attempt.started')
  const canceled = await call<TurnJson>(front.url, 'POST', `/v1/turns/${accepted.body.id}/cancel`)
  expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled', billed: 'maybe' } })
  const told = await watched
  expect(told.at(-1)?.event).toBe('turn.canceled')
  const late = await untilTurn(front.url, accepted.body.id, ({ attempts }) => attempts[0]?.late === true)
  expect(late).toMatchObject({ status: 'canceled', attempts: [{ outcome: 'succeeded', late: true, billed: 'yes' }] })
  expect(simulator.counts().generated).toBe(1)
  const adopted = await call<TurnJson>(front.url, 'POST', `/v1/turns/${accepted.body.id}/adopt`, { attempt: 1 })
  expect(adopted.body).toMatchObject({ status: 'succeeded', output: { image: { mimeType: 'image/jpeg' } } })
})

test('the next in the queue starts as soon as the one before it ends, wherever that was', async () => {
  const { start } = await prepare({ latency: { '*': { minMs: 300, maxMs: 300 } } })
  const front = await start({ EXECUTOR: 'off' })
  await start()
  await start()
  const sessionId = await session(front.url, { onConflict: 'enqueue' })
  const ids: string[] = []
  for (const prompt of ['a house', 'at night', 'in the snow']) {
    ids.push((await edit(front.url, sessionId, [say(prompt)], {}, { prefer: 'respond-async' })).body.id)
  }
  const turns = []
  for (const id of ids) turns.push(await untilTurn(front.url, id, ({ status }) => status === 'succeeded'))
  expect(turns.map(({ parentId }) => parentId)).toEqual([null, ids[0], ids[1]])
})

test('a cancel frees the queue on a node that executes nothing too', async () => {
  const { start } = await prepare(SLOW)
  const front = await start({ EXECUTOR: 'off' })
  await start()
  const sessionId = await session(front.url, { onConflict: 'enqueue' })
  const first = await edit(front.url, sessionId, [say('a house')], {}, { prefer: 'respond-async' })
  const second = await edit(front.url, sessionId, [say('a tree')], {}, { prefer: 'respond-async' })
  expect(second.body).toMatchObject({ status: 'queued', queuePosition: 1 })
  await read(`${front.url}/v1/turns/${first.body.id}/events`, {}, 'attempt.started')
  await call(front.url, 'POST', `/v1/turns/${first.body.id}/cancel`)
  const started = await read(`${front.url}/v1/turns/${second.body.id}/events`, {}, 'attempt.started')
  expect(started.at(-1)?.event).toBe('attempt.started')
})

/** The turn as soon as `is` holds for it; the test's own time limit is the bound. */
async function untilTurn(url: string, id: string, is: (turn: TurnJson) => boolean): Promise<TurnJson> {
  let over = false
  onTestFinished(() => {
    over = true
  })
  while (!over) {
    const { body } = await call<TurnJson>(url, 'GET', `/v1/turns/${id}`, undefined, { prefer: 'wait=1' })
    if (is(body)) return body
  }
  throw new Error(`${id} did not come to it`)
}
