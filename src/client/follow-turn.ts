/** A turn's events to its end. */
import type { Turn, TurnEvent } from './contract.ts'
import { followEvents } from './follow-events.ts'
import type { Wire } from './wire.ts'

const ENDED: readonly Turn['status'][] = ['succeeded', 'failed', 'canceled', 'outcome_unknown']

export function hasEnded({ status }: Pick<Turn, 'status'>): boolean {
  return ENDED.includes(status)
}

/** Every event, each once, from the first to the one that ends the turn. */
export async function* followTurn(wire: Wire, turnId: string, signal?: AbortSignal): AsyncGenerator<TurnEvent> {
  for await (const event of followEvents(wire, { path: `/v1/turns/${turnId}/events`, signal })) {
    yield event
    if ('turn' in event) return
  }
}
