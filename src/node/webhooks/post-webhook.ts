/** One POST to a caller's server, which we trust with nothing: not our network, not our time, not our memory. */
import { Agent, request } from 'undici'
import type { Clock } from '../../domain/ports.ts'
import { createPublicLookup, isPublicAddress, PrivateAddress, type Resolve } from './public-addresses.ts'

const TIME_LIMIT_MS = 10_000
const CONNECT_MS = 5_000
/** What the receiver answers is of no interest beyond its status. */
const ANSWER_BYTES_MAX = 4_096

export interface WebhookPost {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

export interface WebhookSender {
  /** The status the receiver answered with. Redirects are not followed. Throws when there was no answer in time. */
  post(webhook: WebhookPost): Promise<number>
  close(): Promise<void>
}

export interface WebhookSenderOptions {
  clock: Clock
  /** Also to addresses inside, for tests and closed networks. */
  allowPrivate: boolean
  /** How names are looked up. Default: as the system does. */
  resolve?: Resolve
}

export function createWebhookSender({ clock, allowPrivate, resolve }: WebhookSenderOptions): WebhookSender {
  const agent = new Agent({
    allowH2: false,
    connect: { timeout: CONNECT_MS, ...(allowPrivate ? {} : { lookup: createPublicLookup(resolve) }) },
    headersTimeout: TIME_LIMIT_MS,
    bodyTimeout: TIME_LIMIT_MS,
  })
  return {
    post: async ({ url, headers, body }) => {
      // A literal address is connected to without any lookup.
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
      if (!allowPrivate && isLiteral(host) && !isPublicAddress(host)) throw new PrivateAddress('the address is not public')
      const over = new AbortController()
      const limit = new AbortController()
      clock.sleep(TIME_LIMIT_MS, over.signal).then(
        () => limit.abort(new Error('the receiver took too long')),
        () => undefined,
      )
      try {
        const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal: limit.signal })
        await answer.body.dump({ limit: ANSWER_BYTES_MAX }).catch(() => undefined)
        return answer.statusCode
      } finally {
        over.abort()
      }
    },
    close: () => agent.destroy(),
  }
}

function isLiteral(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':')
}
