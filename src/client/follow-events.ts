/** Streams of events, over as many connections as it takes. */
import type { TurnEvent } from './contract.ts'
import { ConnectionLostError, errorOf } from './errors.ts'
import { readEventStream } from './event-stream.ts'
import { type Call, isConnectionLoss, type Wire } from './wire.ts'

const PASSING_STATUSES: readonly number[] = [429, 502, 503, 504]

export interface StreamAddress {
  path: string
  query?: Call['query']
  signal?: AbortSignal | undefined
}

/**
 * Every event of a stream, each once. A lost connection is taken up after the last event seen; `ConnectionLostError` when that
 * fails too often in a row. Ends where the service says that all has been told.
 */
export async function* followEvents(wire: Wire, address: StreamAddress): AsyncGenerator<TurnEvent> {
  let seen = ''
  let failures = 0
  let cause: unknown
  while (failures < wire.attemptsMax) {
    if (failures > 0) await wire.afterLoss(failures, address.signal)
    failures += 1
    try {
      const body = await openStream(wire, address, seen)
      if (body === 'over') return
      for await (const { id, data } of readEventStream(body, wire.clock)) {
        seen = id
        failures = 0
        yield JSON.parse(data) as TurnEvent
      }
    } catch (error) {
      if (!isConnectionLoss(error)) throw error
      cause = error
    }
  }
  throw new ConnectionLostError(`the events of ${address.path} broke off again and again`, { cause })
}

/** The stream after the event `seen`, or `over` when all has been told. Throws TypeError for what passes. */
async function openStream(wire: Wire, { path, query, signal }: StreamAddress, seen: string): Promise<ReadableStream<Uint8Array> | 'over'> {
  const headers = { Accept: 'text/event-stream', ...(seen === '' ? {} : { 'Last-Event-ID': seen }) }
  const response = await wire.once('GET', path, { headers, query, repeatable: true, signal })
  if (response.status === 204) return 'over'
  if (PASSING_STATUSES.includes(response.status)) throw new TypeError(`the stream was answered ${response.status}`)
  if (!response.ok || response.body === null) throw await errorOf(response)
  return response.body
}
