/** Chance from WebCrypto, which Node and Workers share. Everything else is given a `Random`. */
import type { Random } from '../domain/ports.ts'

/** Most bytes one `getRandomValues` gives (WebCrypto, "QuotaExceededError"). */
const REQUEST_BYTES_MAX = 65_536

/** Cryptographically strong bytes, any number of them. */
export const systemRandom: Random = Object.freeze({
  bytes: (count: number) => {
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; at += REQUEST_BYTES_MAX) crypto.getRandomValues(bytes.subarray(at, at + REQUEST_BYTES_MAX))
    return bytes
  },
})
