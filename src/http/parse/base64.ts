/** Base64 inside JSON, decoded a piece at a time: an image never exists twice as a whole. */

/** Characters decoded at a time; a multiple of four. */
const PIECE_CHARACTERS = 256 * 1024

const INVALID = 0xff
const VALUES = new Uint8Array(128).fill(INVALID)
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  VALUES[character.charCodeAt(0)] = value
}

/** What keeps `text` from being base64 (RFC 4648 §4, padding optional), or null. Looks at its length and edges only. */
export function base64Trouble(text: string): string | null {
  if (text === '') return 'is empty'
  if (/^data:/i.test(text.slice(0, 5))) return 'is a data: URL; give the base64 after its comma alone'
  return contentLength(text) % 4 === 1 ? 'is cut short: its length cannot be that of base64' : null
}

/** The bytes, in pieces of at most 192 KiB. Throws SyntaxError that gives the position of a character that is not base64. */
export function* decodeBase64(text: string): Generator<Uint8Array> {
  const end = contentLength(text)
  for (let at = 0; at < end; at += PIECE_CHARACTERS) yield decodePiece(text, at, Math.min(at + PIECE_CHARACTERS, end))
}

function decodePiece(text: string, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(((end - start) * 3) / 4))
  let filled = 0
  let bits = 0
  let bitCount = 0
  for (let at = start; at < end; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? INVALID
    if (value === INVALID) throw new SyntaxError(`is not base64 at character ${at}`)
    bits = (bits << 6) | value
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[filled++] = (bits >> bitCount) & 0xff
    }
  }
  return bytes
}

function contentLength(text: string): number {
  if (text.endsWith('==')) return text.length - 2
  return text.endsWith('=') ? text.length - 1 : text.length
}
