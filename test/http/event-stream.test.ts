import { describe, expect, it } from 'vitest'
import { eventStream, type ServerSentEvent } from '../../src/http/event-stream.ts'
import { createManualClock } from '../support/manual-clock.ts'

const eventOf = (id: number): ServerSentEvent => ({ id, event: 'part.text', data: { text: `line\n${id}` } })

/** A queue that a test fills; reading it waits, and ends when the signal aborts. */
function createFeed() {
  const events: ServerSentEvent[] = []
  let asked = 0
  let wake = () => {}
  const push = (event: ServerSentEvent) => {
    events.push(event)
    wake()
  }
  async function* read(signal: AbortSignal) {
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      asked++
      const next = events.shift()
      if (next) yield next
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { push, read, asked: () => asked }
}

function open(events: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>) {
  const clock = createManualClock()
  const errors: unknown[] = []
  let disconnects = 0
  const stream = eventStream({
    events,
    clock,
    onDisconnect: async () => {
      disconnects++
    },
    onError: (error) => errors.push(error),
  })
  const reader = stream.getReader()
  const read = async () => {
    const { done, value } = await reader.read()
    return done ? null : new TextDecoder().decode(value)
  }
  return { clock, read, reader, errors, disconnects: () => disconnects }
}

describe('an event stream', () => {
  it('sends each event with its id, its type and one line of JSON', async () => {
    const feed = createFeed()
    const { read } = open(feed.read)
    feed.push(eventOf(7))
    expect(await read()).toBe('id: 7\nevent: part.text\ndata: {"text":"line\\n7"}\n\n')
  })

  it('ends with the events', async () => {
    const { read, disconnects } = open(async function* () {
      yield eventOf(1)
    })
    expect(await read()).toContain('id: 1\n')
    expect(await read()).toBeNull()
    expect(disconnects()).toBe(0)
  })

  it('speaks every 15 s while nothing happens, and loses no event over it', async () => {
    const feed = createFeed()
    const { clock, read } = open(feed.read)
    for (let n = 0; n < 3; n++) {
      const comment = read()
      await clock.untilSleeping()
      await clock.advance(14_999)
      expect(clock.wakesAtMs()).toHaveLength(1)
      await clock.advance(1)
      expect(await comment).toMatch(/^:.*\n\n$/)
    }
    feed.push(eventOf(1))
    expect(await read()).toContain('id: 1\n')
    expect(clock.wakesAtMs()).toEqual([])
  })

  it('asks for the next event only when the client has taken the one before', async () => {
    const feed = createFeed()
    for (let id = 1; id <= 5; id++) feed.push(eventOf(id))
    const { read } = open(feed.read)
    expect(feed.asked()).toBe(0)
    await read()
    expect(feed.asked()).toBe(1)
    await read()
    expect(feed.asked()).toBe(2)
  })

  it('stops reading and tells it when the client leaves, waiting or not', async () => {
    const feed = createFeed()
    const { clock, read, reader, disconnects } = open(feed.read)
    const waiting = read()
    await clock.untilSleeping()
    await reader.cancel()
    expect(await waiting).toBeNull()
    expect(disconnects()).toBe(1)
    expect(clock.wakesAtMs()).toEqual([])
  })

  it('just ends when reading fails, so that the client comes back for the rest', async () => {
    const failure = new Error('no database')
    const { read, errors } = open(async function* () {
      yield eventOf(1)
      throw failure
    })
    expect(await read()).toContain('id: 1\n')
    expect(await read()).toBeNull()
    expect(errors).toEqual([failure])
  })
})
