/** A look at JSON text before it is parsed: a few megabytes of brackets would otherwise become gigabytes of objects. */

const DEPTH_MAX = 32
const VALUES_MAX = 20_000

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN = new Set([0x5b, 0x7b])
const CLOSE = new Set([0x5d, 0x7d])

/** What is wrong with the shape of `text`, or null. Strings are skipped over at memory speed; syntax is the parser's to judge. */
export function checkJsonShape(text: string): string | null {
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      if (at === -1) return null
    } else if (OPEN.has(code)) {
      values++
      if (++depth > DEPTH_MAX) return `nested deeper than ${DEPTH_MAX} levels`
    } else if (CLOSE.has(code)) depth--
    else if (code === COMMA) values++
    if (values > VALUES_MAX) return `more than ${VALUES_MAX} values`
  }
  return null
}

/** Index of the quote that ends the string which starts at `start`; -1 when it never ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
  return -1
}
