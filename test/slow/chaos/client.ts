/** A client as a careful caller would write it: every request has a time limit, and is sent again, elsewhere, until it is answered. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Chance } from './chance.ts'

const REQUEST_MS_MAX = 4_000
const PAUSE_MS = 150
/** Of the whole call, tries and all. */
const CALL_MS_MAX = 120_000

export interface TurnSeen {
  id: string
  status: string
}

export interface Answer {
  status: number
  body: TurnSeen & { code?: string }
}

export interface Client {
  /** Sends until something other than a failure of ours comes back. The key makes sending twice the same as sending once. */
  call(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>
  /** True once the turn has ended, false after so long that it never will. */
  ended(turnId: string): Promise<boolean>
}

export function createClient(urls: () => string[], chance: Chance): Client {
  const once = async (method: string, path: string, body: object | undefined, headers: Record<string, string>): Promise<Answer | null> => {
    const at = urls()
    if (at.length === 0) return null
    try {
      const response = await fetch(`${chance.pick(at)}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      })
      const answer = (await response.json()) as Answer['body']
      return response.status >= 500 ? null : { status: response.status, body: answer }
    } catch {
      return null
    }
  }
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const untilMs = Date.now() + CALL_MS_MAX
    while (Date.now() < untilMs) {
      const answer = await once(method, path, body, headers)
      if (answer !== null) return answer
      await delay(PAUSE_MS)
    }
    throw new Error(`${method} ${path}: no answer`)
  }
  return {
    call,
    ended: async (turnId) => {
      const untilMs = Date.now() + CALL_MS_MAX
      while (Date.now() < untilMs) {
        const { status, body } = await call('GET', `/v1/turns/${turnId}`, undefined, { prefer: 'wait=2' })
        if (status !== 200) throw new Error(`${turnId}: ${status} ${JSON.stringify(body)}`)
        if (!['queued', 'running', 'waiting'].includes(body.status)) return true
      }
      return false
    },
  }
}
