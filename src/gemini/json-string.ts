/** JSON string contents that arrive in pieces, cut anywhere, even within an escape. */
import { Buffer } from 'node:buffer'
import { UnreadableAnswer } from './unreadable-answer.ts'

const BACKSLASH = 0x5c
const CONTROL_CHARACTERS: readonly number[] = Array.from({ length: 0x20 }, (_, byte) => byte)

/** Takes the escapes out. Without escapes the piece itself comes back, uncopied and unchecked. */
export class JsonUnescaper {
  #unfinished = ''

  push(characters: Buffer): Buffer {
    if (this.#unfinished === '' && !characters.includes(BACKSLASH)) return characters
    const text = this.#unfinished + characters.toString('latin1')
    let plain = ''
    let at = 0
    for (let slash = text.indexOf('\\'); slash !== -1; slash = text.indexOf('\\', at)) {
      const end = slash + (text[slash + 1] === 'u' ? 6 : 2)
      if (end > text.length) break
      plain += text.slice(at, slash) + plainOf(text.slice(slash, end))
      at = end
    }
    const slash = text.indexOf('\\', at)
    this.#unfinished = slash === -1 ? '' : text.slice(slash)
    // As UTF-8, so that no character outside base64 turns into one inside it.
    return Buffer.from(plain + text.slice(at, slash === -1 ? text.length : slash))
  }

  finish(): void {
    if (this.#unfinished !== '') throw badEscape()
  }
}

/** Control characters may not stand in a JSON string; one there means that a line was cut and another begun. */
export function refuseControlCharacters(characters: Buffer): void {
  // 32 searches in machine code take a tenth of the time of one loop over the bytes (measured: 2,700 against 265 MB/s).
  if (CONTROL_CHARACTERS.some((byte) => characters.includes(byte))) throw new UnreadableAnswer('a string of the answer was cut short')
}

function plainOf(sequence: string): string {
  try {
    return String(JSON.parse(`"${sequence}"`))
  } catch {
    throw badEscape()
  }
}

function badEscape(): UnreadableAnswer {
  return new UnreadableAnswer('a string of the answer has a broken escape')
}
