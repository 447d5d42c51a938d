/**
 * Walks one JSON document as its bytes arrive. Everything but the characters of images and signatures is kept: the skeleton.
 * The scanner looks only for places and trusts the syntax; the skeleton goes through `JSON.parse` at the end, which does not.
 */
import type { Buffer } from 'node:buffer'
import { HOLDS_PARTS, type Place, stepIntoIndex, stepIntoKey } from './answer-places.ts'
import { GrowingBytes } from './growing-bytes.ts'
import type { TakenValue } from './take-value.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

/** Raw text of one part, and all the rest of a document, in bytes without images and signatures. */
const PART_BYTES_MAX = 1024 * 1024
const DOCUMENT_BYTES_MAX = 2 * PART_BYTES_MAX
/** The depth at which protobuf's own JSON parser gives up. */
const DEPTH_MAX = 100
/** No key we look for is longer, even written in `\u` escapes. */
const KEY_BYTES_MAX = 96

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d]

/** What made `step` stop. `characters` (of an image or a signature) are those from `from` to where it stopped. */
export type ScanEvent = 'more' | 'newline' | 'characters' | 'value_end' | 'document'

export interface ScannedPart {
  /** Byte offsets in the skeleton. */
  start: number
  end: number
  /** What was taken out, by the byte offset of the closing quote that stands there; it may still be on its way into storage. */
  values: { at: number; taken: Promise<TakenValue> }[]
}

interface Frame {
  place: Place
  isObject: boolean
  /** Key of the value that follows; null where a key is expected. */
  key: string | null
  index: number
}

export class DocumentScanner {
  event: ScanEvent = 'more'
  /** What the string is that the scanner is in. */
  string: Place | 'key' | null = null
  /** Parts of the first candidate, in order. */
  parts: ScannedPart[] = []
  readonly skeleton = new GrowingBytes(DOCUMENT_BYTES_MAX, 'an answer without its images and signatures')
  #frames: Frame[] = []
  #keyStart = 0
  #escaped = false

  /** Scans `chunk` from `from` until there is something to tell; returns where it stopped. */
  step(chunk: Buffer, from: number): number {
    this.event = 'more'
    if (this.string === null) return this.#scanStructure(chunk, from)
    if (this.string === 'image' || this.string === 'signature') return this.#scanValue(chunk, from)
    return this.#scanString(chunk, from)
  }

  /** To be called at `value_end`: what the value just read is to be replaced by. */
  punch(taken: Promise<TakenValue>): void {
    // The closing quote is in the skeleton already.
    this.parts.at(-1)?.values.push({ at: this.skeleton.length - 1, taken })
  }

  /** Makes ready for the next document. */
  reset(): void {
    this.skeleton.clear()
    this.parts = []
  }

  #scanStructure(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      switch (chunk[at]) {
        case QUOTE:
          this.skeleton.append(chunk, from, at + 1)
          this.#openString()
          return at + 1
        case OPEN_BRACE:
        case OPEN_BRACKET:
          this.#open(chunk[at] === OPEN_BRACE, this.skeleton.length + at - from)
          break
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#close(this.skeleton.length + at + 1 - from)
          if (this.#frames.length === 0) return this.#stop('document', chunk, from, at + 1)
          break
        case COMMA:
          this.#nextMember()
          break
        case LINE_FEED:
        case CARRIAGE_RETURN:
          return this.#stop('newline', chunk, from, at + 1)
      }
    }
    return this.#stop('more', chunk, from, chunk.length)
  }

  #stop(event: ScanEvent, chunk: Buffer, from: number, to: number): number {
    this.skeleton.append(chunk, from, to)
    this.event = event
    return to
  }

  #scanString(chunk: Buffer, from: number): number {
    const quote = this.#closingQuote(chunk, from)
    if (quote === -1) return this.#stop('more', chunk, from, chunk.length)
    this.skeleton.append(chunk, from, quote + 1)
    if (this.string === 'key') this.#settleKey()
    this.string = null
    return quote + 1
  }

  #scanValue(chunk: Buffer, from: number): number {
    const quote = this.#closingQuoteFarAway(chunk, from)
    const end = quote === -1 ? chunk.length : quote
    if (end > from) {
      this.event = 'characters'
      return end
    }
    this.string = null
    return this.#stop('value_end', chunk, from, from + 1)
  }

  #closingQuote(chunk: Buffer, from: number): number {
    let at = this.#escaped ? from + 1 : from
    while (at < chunk.length) {
      const byte = chunk[at]
      if (byte === QUOTE) break
      at += byte === BACKSLASH ? 2 : 1
    }
    this.#escaped = at > chunk.length
    return at < chunk.length ? at : -1
  }

  /** The same for strings of megabytes, where looking at each byte in turn would be slow. */
  #closingQuoteFarAway(chunk: Buffer, from: number): number {
    const quote = chunk.indexOf(QUOTE, from)
    const run = chunk.subarray(from, quote === -1 ? chunk.length : quote)
    return this.#escaped || run.includes(BACKSLASH) ? this.#closingQuote(chunk, from) : quote
  }

  #openString(): void {
    const frame = this.#frames.at(-1)
    const isKey = frame?.isObject === true && frame.key === null
    this.string = isKey ? 'key' : this.#placeOfNext()
    if (isKey) this.#keyStart = this.skeleton.length
  }

  #settleKey(): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    const end = this.skeleton.length - 1
    const known = frame.place !== 'elsewhere' && end - this.#keyStart <= KEY_BYTES_MAX
    frame.key = known ? unescapeKey(this.skeleton.text(this.#keyStart, end)) : ''
    if (HOLDS_PARTS.has(stepIntoKey(frame.place, frame.key))) this.parts = []
  }

  #placeOfNext(): Place {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return 'answer'
    return frame.isObject ? stepIntoKey(frame.place, frame.key ?? '') : stepIntoIndex(frame.place, frame.index)
  }

  #open(isObject: boolean, start: number): void {
    const place = this.#placeOfNext()
    if (this.#frames.length === DEPTH_MAX) throw new UnreadableAnswer(`the answer is nested more than ${DEPTH_MAX} deep`)
    this.#frames.push({ place, isObject, key: null, index: 0 })
    if (place === 'part' && isObject) this.parts.push({ start, end: start, values: [] })
  }

  #close(end: number): void {
    const frame = this.#frames.pop()
    const part = this.parts.at(-1)
    if (frame?.place !== 'part' || !frame.isObject || part === undefined) return
    part.end = end
    if (end - part.start > PART_BYTES_MAX) throw new UnreadableAnswer(`a part is longer than ${PART_BYTES_MAX} bytes`)
  }

  #nextMember(): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    frame.key = null
    frame.index += 1
  }
}

function unescapeKey(key: string): string {
  if (!key.includes('\\')) return key
  try {
    return String(JSON.parse(`"${key}"`))
  } catch {
    throw new UnreadableAnswer('the answer has a key that is not JSON')
  }
}
