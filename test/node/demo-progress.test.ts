import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createApiClient } from '../../src/node/demo/api-client.ts'
import type { StreamedEvent } from '../../src/node/demo/event-stream.ts'
import { showProgress } from '../../src/node/demo/progress.ts'
import type { Screen } from '../../src/node/demo/screen.ts'
import { textTable } from '../../src/node/demo/text-table.ts'
import { createManualClock } from '../support/manual-clock.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}

function recordingScreen(live: boolean): Screen & { lines: string[]; statuses: string[] } {
  const lines: string[] = []
  const statuses: string[] = []
  return { live, lines, statuses, line: (text = '') => lines.push(text), status: (text) => statuses.push(text), paint: (_, text) => text }
}

async function followedTypes(url: string): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of createApiClient(url, new AbortController().signal).followTurn('trn_x')) types.push(type)
  return types
}

const event = (id: number, type: string, data: object): string => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`

test('a stream that breaks off is taken up behind the last event seen, and no event shows twice', async () => {
  const askedFrom: (string | undefined)[] = []
  const url = await serve((request, response) => {
    askedFrom.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (askedFrom.length === 1) {
      response.write(`${event(1, 'turn.started', {})}${event(2, 'attempt.started', {})}id: 3\nevent: turn.succ`, () => response.destroy())
    } else response.end(event(3, 'turn.succeeded', {}))
  })
  const types = await followedTypes(url)
  expect(types).toEqual(['turn.started', 'attempt.started', 'turn.succeeded'])
  expect(askedFrom).toEqual([undefined, '2'])
})

test('a stream that never gives anything is given up', async () => {
  const url = await serve((_, response) => response.end())
  const following = followedTypes(url)
  await expect(following).rejects.toThrow('broke off again and again')
})

test('a refused request says what the problem document says', async () => {
  const url = await serve((_, response) => {
    response.writeHead(409, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ code: 'session_busy', title: 'Busy', detail: 'trn_1 is running' }))
  })
  await expect(createApiClient(url, new AbortController().signal).getTurn('trn_x')).rejects.toThrow(
    'GET /v1/turns/trn_x was answered 409 session_busy: trn_1 is running',
  )
})

async function* streamed(...events: [string, object][]): AsyncGenerator<StreamedEvent> {
  for (const [index, [type, data]] of events.entries()) yield { id: String(index + 1), type, data: JSON.stringify(data) }
}

test('every attempt, wait, repair, fallback and interim picture is told in a plain line', async () => {
  const screen = recordingScreen(false)
  const events = streamed(
    ['turn.started', {}],
    ['attempt.started', { n: 1, model: 'gemini-3-pro-image' }],
    [
      'attempt.failed',
      { attempt: 1, outcome: 'overloaded', httpStatus: 503, message: 'The model is\noverloaded.', next: 'retry', waitMs: 2130 },
    ],
    ['turn.waiting', { untilMs: Date.UTC(2026, 10, 20, 12, 0, 2), because: 'overloaded' }],
    ['attempt.failed', { n: 2, outcome: 'media_gone', httpStatus: 403, message: null, next: 'repair' }],
    ['attempt.failed', { n: 3, outcome: 'rejected', httpStatus: 404, next: 'fallback' }],
    ['part.image', { attempt: 4, thought: true }],
    ['part.image', { attempt: 4, thought: false }],
    ['something.new', { attempt: 4 }],
    ['turn.succeeded', {}],
  )
  await showProgress(events, { screen, clock: createManualClock() })
  expect(screen.lines.map((line) => line.trim())).toEqual([
    '▸ attempt 1: gemini-3-pro-image',
    '✗ 503 overloaded: The model is overloaded. → again in 2.1 s',
    '… waiting: overloaded',
    '✗ 403 a file is gone upstream → uploading it again',
    '✗ 404 rejected → falling back to the next model',
    '◦ interim picture',
  ])
  expect(screen.statuses).toEqual([])
})

test('on a terminal a wait counts down until the next event comes, and nothing ticks after the end', async () => {
  const screen = recordingScreen(true)
  const clock = createManualClock()
  const events = (async function* () {
    yield* streamed(['turn.waiting', { untilMs: clock.nowMs() + 2_000, because: 'overloaded' }])
    await clock.advance(500)
    yield* streamed(['attempt.started', { n: 1, model: 'gemini-3-pro-image' }])
    await clock.advance(300)
  })()
  await showProgress(events, { screen, clock })
  const firstAtWork = screen.statuses.findIndex((status) => status.includes('at work'))
  expect(screen.statuses[0]).toContain('2.0 s left')
  expect(screen.statuses[firstAtWork - 1]).toContain('1.5 s left')
  expect(screen.statuses.slice(firstAtWork).filter((status) => status.includes('left'))).toEqual([])
  expect(screen.statuses.at(-1)).toContain('0.3 s')
  await clock.advance(1_000)
  expect(screen.statuses.at(-1)).toContain('0.3 s')
})

test('table columns are as wide as their widest cell, numbers stand to the right', () => {
  const columns = [
    { head: 'name', cell: (row: { name: string; n: number }) => row.name },
    { head: 'n', cell: (row: { name: string; n: number }) => String(row.n), align: 'right' as const },
  ]
  expect(
    textTable(columns, [
      { name: 'a', n: 5 },
      { name: 'longer', n: 12 },
    ]),
  ).toEqual(['name     n', '──────  ──', 'a        5', 'longer  12'])
})
