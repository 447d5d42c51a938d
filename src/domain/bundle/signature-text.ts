/**
 * A stored signature is the characters between two quotes of JSON, and goes back there as it is. So it must not be able to
 * end the string: printable ASCII, every quote and backslash part of an escape. Checked as it passes.
 */
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)))
const UNICODE = 'u'.charCodeAt(0)

export class SignatureCheck {
  /** Characters of an escape that are still to come: -1 after its backslash, up to 4 hex digits after `u`. */
  #pending = 0

  /** Throws RangeError where `characters` could not stand in a JSON string. */
  push(characters: Uint8Array): void {
    for (const code of characters) {
      if (this.#pending === -1) this.#startEscape(code)
      else if (this.#pending > 0) this.#takeHexDigit(code)
      else if (code === BACKSLASH) this.#pending = -1
      else if (code === QUOTE || code < 0x20 || code > 0x7e) throw new RangeError('a signature holds a character that JSON would not')
    }
  }

  finish(): void {
    if (this.#pending !== 0) throw new RangeError('a signature ends in the middle of an escape')
  }

  #startEscape(code: number): void {
    if (code !== UNICODE && !ESCAPES.has(code)) throw new RangeError('a signature holds an escape that JSON does not know')
    this.#pending = code === UNICODE ? 4 : 0
  }

  #takeHexDigit(code: number): void {
    if (!/[0-9a-f]/i.test(String.fromCharCode(code))) throw new RangeError('a signature holds an escape that JSON does not know')
    this.#pending -= 1
  }
}
