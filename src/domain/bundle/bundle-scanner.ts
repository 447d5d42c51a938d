/**
 * Reads the JSON of a bundle as it arrives and sets aside what is large: `media[i].data` and `signatures[i].characters`.
 * What remains, the skeleton, is kept whole, with "" in their place. The scanner looks only for places and trusts the
 * syntax; the skeleton goes through `JSON.parse` at the end, which does not.
 */
import { BUNDLE_LIMITS } from './limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]
/** No key that matters is longer. */
const KEY_BYTES_MAX = 16

/** The lists that hold something large, and the field that does. */
const LARGE: Readonly<Record<string, string>> = { media: 'data', signatures: 'characters' }

export type LargeValue = { list: 'media' | 'signatures'; index: number }

export type ScanEvent =
  | { kind: 'begin'; value: LargeValue }
  /** Characters between the quotes, escapes and all. */
  | { kind: 'characters'; bytes: Uint8Array }
  | { kind: 'end' }

interface Frame {
  isObject: boolean
  /** Key of the value that follows; null where a key is expected. */
  key: string | null
  index: number
}

export class BundleScanner {
  #frames: Frame[] = []
  #inString: 'key' | 'value' | 'large' | null = null
  #escaped = false
  #keyBytes: number[] = []
  #values = 0
  #kept = new Uint8Array(64 * 1024)
  #keptBytes = 0;

  /** What the chunk says, in order. Throws RangeError beyond the limits of depth, values and size. */
  *scan(chunk: Uint8Array): Generator<ScanEvent> {
    let at = 0
    while (at < chunk.length) {
      const from = at
      if (this.#inString === null) {
        at = this.#structureEnd(chunk, from)
        this.#keep(chunk.subarray(from, at))
        const value = this.#openString(at > from && chunk[at - 1] === QUOTE)
        if (value !== null) yield { kind: 'begin', value }
        continue
      }
      const end = this.#stringEnd(chunk, from)
      if (this.#inString === 'large' && end > from) yield { kind: 'characters', bytes: chunk.subarray(from, end) }
      at = Math.min(end + 1, chunk.length)
      const ended = end < chunk.length
      if (this.#inString !== 'large') this.#keep(chunk.subarray(from, at))
      else if (ended) this.#keep(chunk.subarray(end, at))
      if (ended && this.#inString === 'large') yield { kind: 'end' }
      if (ended) this.#closeString()
    }
  }

  /** The skeleton's value. Throws RangeError where it is not UTF-8 or not JSON. */
  finish(): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.#kept.subarray(0, this.#keptBytes)))
    } catch {
      throw new RangeError('is not JSON, or is cut short')
    }
  }

  /** Moves on behind the next quote that opens a string, or to the end of the chunk. */
  #structureEnd(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const code = chunk[at]
      if (code === QUOTE) return at + 1
      if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#open(code === OPEN_BRACE)
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) this.#frames.pop()
      else if (code === COMMA) this.#nextMember()
    }
    return chunk.length
  }

  /** Index of the quote that closes the string, or the chunk's length. */
  #stringEnd(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const code = chunk[at] ?? 0
      if (this.#escaped) this.#escaped = false
      else if (code === QUOTE) return at
      else if (code === BACKSLASH) this.#escaped = true
      if (this.#inString === 'key' && this.#keyBytes.length <= KEY_BYTES_MAX) this.#keyBytes.push(code)
    }
    return chunk.length
  }

  #openString(opened: boolean): LargeValue | null {
    const frame = this.#frames.at(-1)
    if (!opened) return null
    const isKey = frame?.isObject === true && frame.key === null
    const value = isKey ? null : this.#largeValue()
    this.#inString = isKey ? 'key' : value === null ? 'value' : 'large'
    return value
  }

  #closeString(): void {
    const frame = this.#frames.at(-1)
    if (this.#inString === 'key' && frame !== undefined) frame.key = String.fromCharCode(...this.#keyBytes)
    this.#keyBytes = []
    this.#inString = null
  }

  #largeValue(): LargeValue | null {
    const [root, list, item, deeper] = this.#frames
    if (deeper !== undefined || !item?.isObject || list === undefined || list.isObject || !root?.isObject) return null
    if (root.key !== 'media' && root.key !== 'signatures') return null
    return item.key === LARGE[root.key] ? { list: root.key, index: list.index } : null
  }

  #open(isObject: boolean): void {
    this.#count()
    if (this.#frames.length === BUNDLE_LIMITS.jsonDepthMax)
      throw new RangeError(`is nested deeper than ${BUNDLE_LIMITS.jsonDepthMax} levels`)
    this.#frames.push({ isObject, key: null, index: 0 })
  }

  #nextMember(): void {
    this.#count()
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    frame.key = null
    frame.index += 1
  }

  #count(): void {
    this.#values += 1
    if (this.#values > BUNDLE_LIMITS.jsonValuesMax) throw new RangeError(`holds more than ${BUNDLE_LIMITS.jsonValuesMax} values`)
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#keptBytes + bytes.length
    if (length > BUNDLE_LIMITS.jsonBytesMax) {
      throw new RangeError(`has more than ${BUNDLE_LIMITS.jsonBytesMax} bytes besides its images and signatures`)
    }
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(length, this.#kept.length * 2))
      larger.set(this.#kept.subarray(0, this.#keptBytes))
      this.#kept = larger
    }
    this.#kept.set(bytes, this.#keptBytes)
    this.#keptBytes = length
  }
}
