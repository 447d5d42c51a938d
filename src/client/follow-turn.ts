/** A turn's events to its end, over as many connections as it takes. */
import type { Turn, TurnEvent } from './contract.ts'
import { ConnectionLostError, errorOf } from './errors.ts'
import { readEventStream } from './event-stream.ts'
import { isConnectionLoss, type Wire } from './wire.ts'

const ENDED: readonly Turn['status'][] = ['succeeded', 'failed', 'canceled', 'outcome_unknown']
const PASSING_STATUSES: readonly number[] = [429, 502, 503, 504]

export function hasEnded({ status }: Pick<Turn, 'status'>): boolean {
  return ENDED.includes(status)
}

/**
 * Every event, each once, from the first to the one that ends the turn. A lost connection is taken up after the last event
 * seen; `ConnectionLostError` when that fails too often in a row.
 */
export async function* followTurn(wire: Wire, turnId: string, signal?: AbortSignal): AsyncGenerator<TurnEvent> {
  let seen = 0
  let failures = 0
  let cause: unknown
  while (failures < wire.attemptsMax) {
    if (failures > 0) await wire.afterLoss(failures, signal)
    failures += 1
    try {
      const body = await openStream(wire, turnId, seen, signal)
      if (body === 'over') return
      for await (const data of readEventStream(body, wire.clock)) {
        const event = JSON.parse(data) as TurnEvent
        seen = event.seq
        failures = 0
        yield event
        if ('turn' in event) return
      }
    } catch (error) {
      if (!isConnectionLoss(error)) throw error
      cause = error
    }
  }
  throw new ConnectionLostError(`the events of ${turnId} broke off again and again`, { cause })
}

/** The stream after event `seen`, or `over` when all has been told. Throws TypeError for what passes. */
async function openStream(wire: Wire, turnId: string, seen: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array> | 'over'> {
  const headers = { Accept: 'text/event-stream', ...(seen > 0 ? { 'Last-Event-ID': String(seen) } : {}) }
  const response = await wire.once('GET', `/v1/turns/${turnId}/events`, { headers, repeatable: true, signal })
  if (response.status === 204) return 'over'
  if (PASSING_STATUSES.includes(response.status)) throw new TypeError(`the stream was answered ${response.status}`)
  if (!response.ok || response.body === null) throw await errorOf(response)
  return response.body
}
