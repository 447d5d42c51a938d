/**
 * Identifiers: a prefix that names the kind, then a UUIDv7 (RFC 9562) in 26 characters of Crockford base32,
 * lower case. Ids of one kind sort by the millisecond they were made in.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export type IdPrefix = 'ses' | 'trn' | 'med' | 'key' | 'aud' | 'req' | 'nod' | 'upl'

/** A UUIDv7 of `nowMs` (Unix milliseconds) and ten random bytes, as 26 base32 characters behind `prefix_`. */
export function makeId(prefix: IdPrefix, nowMs: number, randomBytes: Uint8Array): string {
  if (randomBytes.length < 10) throw new RangeError('an id needs ten random bytes')
  const uuid = new Uint8Array(16)
  new DataView(uuid.buffer).setBigUint64(0, BigInt(nowMs) << 16n)
  uuid.set(randomBytes.subarray(0, 10), 6)
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x70
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  return `${prefix}_${base32(uuid)}`
}

/** Whether `text` has the shape of an id of this kind; says nothing of whether such an object exists. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length + 1))
}

function base32(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  let text = ''
  for (let n = 0; n < 26; n++) {
    text = (ALPHABET[Number(value & 31n)] ?? '') + text
    value >>= 5n
  }
  return text
}
