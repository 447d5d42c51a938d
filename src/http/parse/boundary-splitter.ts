/** Cuts a multipart body at its boundaries while it arrives, wherever the chunks happen to end. */
import { invalidRequest } from './field-errors.ts'

const CR = 0x0d
const encoder = new TextEncoder()

/**
 * Call `nextPart` until it is false; after each, `headers`, then `content`. All throw `invalid_request` when the body is
 * not well formed or ends too soon. Holds at most one chunk and what is left of the one before.
 */
export class BoundarySplitter {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Uint8Array
  /** Bytes received and not yet given out. Starts with the line break the first boundary need not have. */
  #pending: Uint8Array = encoder.encode('\r\n')
  #insidePart = true

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = body[Symbol.asyncIterator]()
    this.#delimiter = encoder.encode(`\r\n--${boundary}`)
  }

  /** Skips to the next boundary. False when it is the closing one. */
  async nextPart(): Promise<boolean> {
    for await (const _ of this.content());
    const line = new TextDecoder('latin1').decode(await this.#takeThrough('\r\n', 256, ['--']))
    if (line.startsWith('--')) return false
    if (line.trim() !== '') throw malformed('a boundary is followed by something else')
    this.#insidePart = true
    return true
  }

  /** The part's header lines, without the empty one that ends them. */
  async headers(bytesMax: number): Promise<string> {
    return new TextDecoder().decode(await this.#takeThrough('\r\n\r\n', bytesMax)).slice(0, -4)
  }

  /** The rest of the part's content, up to its boundary. */
  async *content(): AsyncGenerator<Uint8Array> {
    while (this.#insidePart) {
      const cut = findOrBegins(this.#pending, this.#delimiter)
      const piece = this.#pending.subarray(0, cut.at)
      if (cut.whole) {
        this.#pending = this.#pending.subarray(cut.at + this.#delimiter.length)
        this.#insidePart = false
      } else {
        this.#pending = this.#pending.subarray(cut.at)
        if (piece.length === 0) await this.#receive()
      }
      if (piece.length > 0) yield piece
    }
  }

  /** Lets go of the body, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }

  /** Takes everything up to and including `end`, or just one of `alternatives` where the bytes start with it. */
  async #takeThrough(end: string, bytesMax: number, alternatives: readonly string[] = []): Promise<Uint8Array> {
    for (;;) {
      const alternative = alternatives.find((text) => startsWith(this.#pending, encoder.encode(text)))
      if (alternative !== undefined) return this.#take(alternative.length)
      const cut = findOrBegins(this.#pending, encoder.encode(end))
      if (cut.at > bytesMax) throw malformed(`more than ${bytesMax} bytes of headers`)
      if (cut.whole) return this.#take(cut.at + end.length)
      await this.#receive()
    }
  }

  #take(length: number): Uint8Array {
    const taken = this.#pending.subarray(0, length)
    this.#pending = this.#pending.subarray(length)
    return taken
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#source.next()
    if (done) throw malformed('it ends before its closing boundary')
    if (this.#pending.length === 0) {
      this.#pending = value
      return
    }
    const joined = new Uint8Array(this.#pending.length + value.length)
    joined.set(this.#pending)
    joined.set(value, this.#pending.length)
    this.#pending = joined
  }
}

/**
 * Where `needle` (which starts with CR, and may hold further ones) stands in `bytes`, or where it may begin at their very
 * end; `at` is the length of `bytes` when neither. Makes no copies: content may be nothing but CR.
 */
function findOrBegins(bytes: Uint8Array, needle: Uint8Array): { at: number; whole: boolean } {
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    let length = 1
    while (length < needle.length && bytes[at + length] === needle[length]) length++
    if (length === needle.length || at + length === bytes.length) return { at, whole: length === needle.length }
  }
  return { at: bytes.length, whole: false }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= bytes.length && prefix.every((byte, index) => bytes[index] === byte)
}

function malformed(what: string) {
  return invalidRequest([{ path: '', message: `malformed multipart body: ${what}` }])
}
