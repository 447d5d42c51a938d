/** Base64 as it passes by, without holding a whole image. Pure, since the services that write bundles have no Buffer. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const ALPHABETS = { base64: codesOf(`${LETTERS}+/`), base64url: codesOf(`${LETTERS}-_`) }
const PAD = '='.charCodeAt(0)
const NOT_BASE64 = 0xff
const VALUES = new Uint8Array(256).fill(NOT_BASE64)
for (const [value, code] of ALPHABETS.base64.entries()) VALUES[code] = value

/** The characters of `source` in ASCII, piece by piece. */
export async function* encodeBase64(
  source: AsyncIterable<Uint8Array>,
  alphabet: keyof typeof ALPHABETS = 'base64',
  padded = true,
): AsyncGenerator<Uint8Array> {
  const codes = ALPHABETS[alphabet]
  let carried = new Uint8Array()
  for await (const piece of source) {
    const bytes = carried.length === 0 ? piece : joined(carried, piece)
    const whole = bytes.length - (bytes.length % 3)
    if (whole > 0) yield encodeTriples(bytes, whole, codes)
    carried = bytes.slice(whole)
  }
  if (carried.length === 0) return
  const last = encodeTriples(joined(carried, new Uint8Array(3 - carried.length)), 3, codes)
  if (padded) yield last.fill(PAD, carried.length + 1)
  else yield last.subarray(0, carried.length + 1)
}

/** Decodes padded standard base64 as it arrives. Throws RangeError for anything else. */
export class Base64Decoder {
  #carried = new Uint8Array()
  #ended = false

  push(characters: Uint8Array): Uint8Array {
    const all = this.#carried.length === 0 ? characters : joined(this.#carried, characters)
    const whole = all.length - (all.length % 4)
    this.#carried = all.slice(whole)
    if (whole === 0) return new Uint8Array()
    if (this.#ended) throw new RangeError('the base64 goes on after its padding')
    const padding = all[whole - 1] !== PAD ? 0 : all[whole - 2] !== PAD ? 1 : 2
    this.#ended = padding > 0
    return decodeQuads(all, whole, padding)
  }

  finish(): void {
    if (this.#carried.length > 0) throw new RangeError('the base64 is cut short')
  }
}

function encodeTriples(bytes: Uint8Array, length: number, codes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array((length / 3) * 4)
  for (let from = 0, to = 0; from < length; from += 3, to += 4) {
    const group = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
    encoded[to] = codes[group >> 18] ?? 0
    encoded[to + 1] = codes[(group >> 12) & 63] ?? 0
    encoded[to + 2] = codes[(group >> 6) & 63] ?? 0
    encoded[to + 3] = codes[group & 63] ?? 0
  }
  return encoded
}

function decodeQuads(characters: Uint8Array, length: number, padding: number): Uint8Array {
  const decoded = new Uint8Array((length / 4) * 3)
  const valueAt = (at: number) => (at >= length - padding ? 0 : (VALUES[characters[at] ?? 0] ?? NOT_BASE64))
  for (let from = 0, to = 0; from < length; from += 4, to += 3) {
    const [a, b, c, d] = [valueAt(from), valueAt(from + 1), valueAt(from + 2), valueAt(from + 3)]
    if ((a | b | c | d) === NOT_BASE64) throw new RangeError('there is a character that is not base64')
    const group = (a << 18) | (b << 12) | (c << 6) | d
    decoded[to] = group >> 16
    decoded[to + 1] = group >> 8
    decoded[to + 2] = group
  }
  return decoded.subarray(0, decoded.length - padding)
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(head.length + tail.length)
  both.set(head)
  both.set(tail, head.length)
  return both
}

function codesOf(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0))
}
