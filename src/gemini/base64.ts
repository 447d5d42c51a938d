/** Base64 without holding a whole image: encoding a blob piece by piece, decoding characters piece by piece. */
import { Buffer } from 'node:buffer'
import { UnreadableAnswer } from './unreadable-answer.ts'

export type Base64Alphabet = 'base64' | 'base64url'

/**
 * Node has no base64 from bytes to bytes: there is a string in between. Short ones die young, so that with them it goes ten times
 * as fast as with those of a whole piece (6 GB/s, not 560 MB/s). A multiple of three, and of four.
 */
const STRIDE = 12 * 1024

/** The characters of `source`, in pieces a third longer than its own; bytes off a group of three are carried to the next piece. */
export async function* encodeBase64(
  source: AsyncIterable<Uint8Array>,
  alphabet: Base64Alphabet,
  padded: boolean,
): AsyncGenerator<Uint8Array> {
  let carried: Buffer = Buffer.alloc(0)
  for await (const piece of source) {
    const bytes = carried.length === 0 ? asBuffer(piece) : Buffer.concat([carried, piece])
    const whole = bytes.length - (bytes.length % 3)
    carried = Buffer.from(bytes.subarray(whole))
    if (whole > 0) yield encodeGroups(bytes.subarray(0, whole), alphabet)
  }
  if (carried.length === 0) return
  const last = carried.toString(alphabet).replaceAll('=', '')
  yield Buffer.from(padded ? last.padEnd(4, '=') : last, 'latin1')
}

/** Whole groups of three. */
function encodeGroups(bytes: Buffer, alphabet: Base64Alphabet): Buffer {
  const characters = Buffer.allocUnsafe((bytes.length / 3) * 4)
  let filled = 0
  for (let at = 0; at < bytes.length; at += STRIDE) {
    filled += characters.write(bytes.toString(alphabet, at, Math.min(at + STRIDE, bytes.length)), filled, 'latin1')
  }
  return characters
}

/** Decodes base64 of either alphabet as it arrives. Wrong characters, wrong padding and mixed alphabets throw `UnreadableAnswer`. */
export class Base64Decoder {
  /** Null as long as no character told. */
  alphabet: Base64Alphabet | null = null
  /** Whether the characters ended with the padding they needed, if any. Known after `finish`. */
  padded = true
  #carried = ''
  #ended = false
  #room = Buffer.alloc(0)

  /** The bytes so far complete, in memory that the next call uses again. */
  push(characters: Buffer): Buffer {
    this.#noteAlphabet(characters)
    const missing = this.#carried === '' ? 0 : Math.min(4 - this.#carried.length, characters.length)
    const first = this.#carried + characters.toString('latin1', 0, missing)
    if (first.length < 4 && missing === characters.length) {
      this.#carried = first
      return Buffer.alloc(0)
    }
    const end = characters.length - ((characters.length - missing) % 4)
    this.#carried = characters.toString('latin1', end)
    const bytesMax = ((first.length + end - missing) / 4) * 3
    if (this.#room.length < bytesMax) this.#room = Buffer.allocUnsafe(bytesMax)
    let filled = this.#decode(first, this.#room, 0)
    for (let at = missing; at < end; at += STRIDE) {
      filled = this.#decode(characters.toString('latin1', at, Math.min(at + STRIDE, end)), this.#room, filled)
    }
    return this.#room.subarray(0, filled)
  }

  /** The bytes of a last group that came without padding. */
  finish(): Buffer {
    const rest = this.#carried
    this.padded = rest === ''
    if (rest.length === 1 || rest.includes('=')) throw new UnreadableAnswer('the base64 of an image ends in mid-group')
    const bytes = Buffer.allocUnsafe(3)
    return bytes.subarray(0, this.#decode(rest, bytes, 0))
  }

  /** Decodes into `bytes` from `filled` on, and returns how far they are filled then. */
  #decode(text: string, bytes: Buffer, filled: number): number {
    if (text === '') return filled
    if (this.#ended) throw new UnreadableAnswer('the base64 of an image goes on after its padding')
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
    this.#ended = padding > 0
    const written = bytes.write(text, filled, 'base64')
    // Node skips characters that are not base64, so that a wrong one shows in the length.
    if (written !== Math.floor(((text.length - padding) * 3) / 4)) throw new UnreadableAnswer('an image is not base64')
    return filled + written
  }

  #noteAlphabet(characters: Buffer): void {
    const standard = this.alphabet === 'base64' || characters.includes(0x2b) || characters.includes(0x2f)
    const url = this.alphabet === 'base64url' || characters.includes(0x2d) || characters.includes(0x5f)
    if (standard && url) throw new UnreadableAnswer('the base64 of an image mixes both alphabets')
    if (standard || url) this.alphabet = standard ? 'base64' : 'base64url'
  }
}

/** The same memory, as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
