/** Turns by their id: looked up, followed, stopped, made again. */
import type { Turn } from './contract.ts'
import { Edit } from './edit.ts'
import type { Wire } from './wire.ts'

export function turnsOf(wire: Wire) {
  const path = (id: string) => `/v1/turns/${id}`
  const get = (id: string): Promise<Turn> => wire.json('GET', path(id), { repeatable: true })
  return {
    get,
    /** Takes up a turn that is under way, after a reload for instance: its events come from the first. */
    follow: (id: string, signal?: AbortSignal): Edit => new Edit(wire, get(id), signal),
    /** Stops it; one that has ended stays as it is. */
    cancel: (id: string): Promise<Turn> => wire.json('POST', `${path(id)}/cancel`, { repeatable: true }),
    /** A sibling: same parent, same input, a new try. */
    regenerate: (id: string, idempotencyKey: string = wire.freshKey()): Edit => {
      const headers = { 'Idempotency-Key': idempotencyKey, Prefer: 'respond-async' }
      return new Edit(wire, wire.json('POST', `${path(id)}/regenerate`, { headers, repeatable: true }))
    },
    /** Takes an answer that came after its turn had ended, and is paid for. */
    adopt: (id: string, attempt: number): Promise<Turn> => wire.json('POST', `${path(id)}/adopt`, { json: { attempt }, repeatable: true }),
  }
}
