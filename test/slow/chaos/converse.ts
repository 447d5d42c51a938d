/** Conversations as people lead them: one turn after the other, all at once, or each in the place of the one before. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Client } from './client.ts'

export type Manner = 'one by one' | 'queued' | 'replacing'
export const MANNERS: readonly Manner[] = ['one by one', 'queued', 'replacing']

const ON_CONFLICT: Readonly<Record<Manner, string>> = { 'one by one': 'reject', queued: 'enqueue', replacing: 'replace' }
const CANCEL_SHARE = 0.1
/** People think before they speak. */
const THINK_MS_MAX = 600

/** What was accepted: id by key. Two ids under one key would be a turn paid for twice. */
export type Accepted = Map<string, Set<string>>

export interface Conversation {
  name: string
  manner: Manner
  turns: number
  client: Client
  chance: Chance
  accepted: Accepted
  /** What nobody should have been answered. */
  complaints: string[]
}

/** Leads one conversation to its end: every turn of it has ended when this resolves. */
export async function converse(conversation: Conversation): Promise<void> {
  const { client, manner, turns, chance } = conversation
  const { body: session } = await client.call('POST', '/v1/sessions', { onConflict: ON_CONFLICT[manner] })
  const ids: string[] = []
  for (let n = 0; n < turns; n++) {
    await delay(chance.between(0, manner === 'queued' ? 50 : THINK_MS_MAX))
    const id = await say(conversation, session.id, n)
    if (id === null) break
    ids.push(id)
    if (chance.unit() < CANCEL_SHARE) {
      await delay(chance.between(0, THINK_MS_MAX))
      await client.call('POST', `/v1/turns/${id}/cancel`)
    }
    if (manner === 'one by one' && !(await client.ended(id))) break
  }
  for (const id of ids) await client.ended(id)
}

async function say({ name, client, chance, accepted, complaints }: Conversation, sessionId: string, n: number): Promise<string | null> {
  const key = `${name}-${n}`
  const prefer = chance.unit() < 0.5 ? 'respond-async' : 'wait=2'
  const body = { parts: [{ type: 'text', text: `edit ${n} of ${name}` }] }
  const { status, body: turn } = await client.call('POST', `/v1/sessions/${sessionId}/turns`, body, { 'idempotency-key': key, prefer })
  if (status !== 201 && status !== 202) {
    complaints.push(`${key} was answered ${status} ${turn.code}`)
    return null
  }
  accepted.set(key, (accepted.get(key) ?? new Set()).add(turn.id))
  return turn.id
}
