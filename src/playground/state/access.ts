/** Who we are to the service: a key for what concerns all sessions, and within one a token of it, as any frontend would. */
import { type Client, createClient, type SessionToken } from '../../client/index.ts'
import { systemClock } from '../../runtime/clock.ts'
import { dropKey, keepKey, keptKey } from './kept-key.ts'

/** Tokens are renewed so long before they expire. */
const RENEW_BEFORE_MS = 60_000

export interface Access {
  /** For sessions as such, and models. */
  keyed: Client
  /** For one session, its turns and media. */
  forSession(id: string): Client
  /** Uses `key` from now on. `forGood`: also after the browser was closed. */
  takeKey(key: string, forGood: boolean): void
  /** Whether a key was given. */
  hasKey(): boolean
  forgetKey(): void
}

/** `onConnection` is told when the service cannot be reached, and when it can be again; nothing ever gives up. */
export function createAccess(baseUrl: string, onConnection: (state: 'lost' | 'restored') => void): Access {
  const usual = { baseUrl, onConnection, attemptsMax: Number.POSITIVE_INFINITY }
  let key = keptKey()
  let clients = new Map<string, Client>()
  const keyed = createClient({ ...usual, key: () => key })
  return {
    keyed,
    forSession: (id) => {
      const client = clients.get(id) ?? createClient({ ...usual, token: renewing(() => keyed.sessions.createToken(id)) })
      clients.set(id, client)
      return client
    },
    takeKey: (given, forGood) => {
      key = given
      clients = new Map()
      keepKey(given, forGood)
    },
    hasKey: () => key !== undefined,
    forgetKey: () => {
      key = undefined
      clients = new Map()
      dropKey()
    },
  }
}

/** A token that is made when first asked for, and again before it expires; requests at the same time share one. */
function renewing(make: () => Promise<SessionToken>): () => Promise<string> {
  let current: Promise<SessionToken> | undefined
  return async () => {
    const held = await current?.catch(() => undefined)
    if (held === undefined || Date.parse(held.expiresAt) - systemClock.nowMs() < RENEW_BEFORE_MS) current = make()
    return (await (current ?? make())).token
  }
}
