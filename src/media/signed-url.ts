/** Addresses of media that a browser may load without a key, for a while: HMAC-SHA256 over path, query and expiry. */
import { Buffer } from 'node:buffer'
import type { Clock, MediaUrls } from '../domain/ports.ts'

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** Names this use of the secret, so that nothing else we sign can pass for an address. */
const PURPOSE = 'pentimento media url'

export interface MediaUrlOptions {
  /** The same on all nodes. */
  secret: string
  clock: Clock
  /** Least time an address stays good, in ms. */
  ttlMs: number
}

/**
 * Signs and verifies. Expiries stand on a grid of one day (UTC), so that one address stays the same all day and browsers
 * cache what it shows; it is good for `ttlMs` and up to a day more.
 */
export function createMediaUrls({ secret, clock, ttlMs }: MediaUrlOptions): MediaUrls {
  const key = crypto.subtle.importKey('raw', Buffer.from(secret), HMAC, false, ['sign', 'verify'])
  return {
    async sign(path) {
      const url = new URL(path, 'http://media')
      url.searchParams.set('exp', String((Math.floor((clock.nowMs() + ttlMs) / DAY_MS) + 1) * DAY_MS))
      const mac = await crypto.subtle.sign(HMAC.name, await key, signedText(url))
      url.searchParams.set('sig', Buffer.from(mac).toString('base64url'))
      return url.pathname + url.search
    },

    async verify(pathAndQuery) {
      const url = new URL(pathAndQuery, 'http://media')
      const mac = Buffer.from(url.searchParams.get('sig') ?? '', 'base64url')
      url.searchParams.delete('sig')
      // WebCrypto compares in constant time.
      const genuine = await crypto.subtle.verify(HMAC.name, await key, mac, signedText(url))
      return genuine && Number(url.searchParams.get('exp')) > clock.nowMs()
    },
  }
}

/** Path and query, without the signature; the order of the query does not matter. */
function signedText(url: URL): Uint8Array<ArrayBuffer> {
  url.searchParams.sort()
  return new TextEncoder().encode(`${PURPOSE}\n${url.pathname}\n${url.searchParams}`)
}
