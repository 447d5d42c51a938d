/** ASCII between the quotes of JSON: escaped as it is written, unescaped as it is read, piece by piece. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const [FIRST_PRINTABLE, LAST_PRINTABLE] = [0x20, 0x7e]
const UNICODE = 'u'.charCodeAt(0)
/** `\/` is a slash; the letters that stand for control characters mean nothing here. */
const SIMPLE_ESCAPES: ReadonlySet<number> = new Set([QUOTE, BACKSLASH, '/'.charCodeAt(0)])

/** `characters` as they stand in a JSON string: quotes and backslashes escaped. */
export function escapeAscii(characters: Uint8Array): Uint8Array {
  const marks = characters.reduce((count, code) => count + (code === QUOTE || code === BACKSLASH ? 1 : 0), 0)
  if (marks === 0) return characters
  const escaped = new Uint8Array(characters.length + marks)
  let to = 0
  for (const code of characters) {
    if (code === QUOTE || code === BACKSLASH) escaped[to++] = BACKSLASH
    escaped[to++] = code
  }
  return escaped
}

/** Undoes `escapeAscii`, and what else a writer of JSON may do to ASCII. Throws RangeError for anything beyond. */
export class AsciiUnescaper {
  /** Of an escape begun in an earlier piece: what stands after its backslash. Null outside. */
  #escape: string | null = null

  push(piece: Uint8Array): Uint8Array {
    if (this.#escape === null && piece.every(isPlain)) return piece
    const plain = new Uint8Array(piece.length + 1)
    let to = 0
    for (const code of piece) {
      const character = this.#take(code)
      if (character !== null) plain[to++] = character
    }
    return plain.subarray(0, to)
  }

  /** To be called at the end of the string. */
  finish(): void {
    if (this.#escape !== null) throw new RangeError('an escape is cut short')
  }

  #take(code: number): number | null {
    if (this.#escape === null) {
      if (isPlain(code)) return code
      if (code !== BACKSLASH) throw new RangeError('there is a character that is not printable ASCII')
      this.#escape = ''
      return null
    }
    if (this.#escape === '' && SIMPLE_ESCAPES.has(code)) return this.#end(code)
    this.#escape += String.fromCharCode(code)
    if (this.#escape === 'u' || this.#escape.length < 5) {
      if (this.#escape.charCodeAt(0) !== UNICODE) throw new RangeError('there is an escape that has no place there')
      return null
    }
    const meant = /^u00[2-7][0-9a-f]$/i.test(this.#escape) ? Number.parseInt(this.#escape.slice(1), 16) : 0
    if (meant < FIRST_PRINTABLE || meant > LAST_PRINTABLE) throw new RangeError('there is a character that is not printable ASCII')
    return this.#end(meant)
  }

  #end(code: number): number {
    this.#escape = null
    return code
  }
}

function isPlain(code: number): boolean {
  return code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE && code !== BACKSLASH
}
