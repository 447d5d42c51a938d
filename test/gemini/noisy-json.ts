/** JSON as nobody writes it but anybody might: stray white space, needless escapes, keys given twice, names in wrong places. */
import fc from 'fast-check'

/** An object as a list, so that a key can stand in it twice. */
export interface Pairs {
  pairs: readonly (readonly [string, Noisy])[]
}
export type Noisy = string | number | boolean | null | readonly Noisy[] | Pairs

const temptingKeys = ['data', 'inlineData', 'thoughtSignature', 'parts', 'content', 'candidates', 'text', 'thought', 'error-like', '']
const nastyStrings = ['"', '\\', '\\"data\\":\\"', '\u2028', '🖼️', '\ud83d', '\u0000', '\r\n\r\ndata: {}', '{"parts":[', 'AAAA', '']

const scalar: fc.Arbitrary<Noisy> = fc.oneof(
  fc.constantFrom(...nastyStrings),
  fc.string({ maxLength: 20 }),
  fc.constantFrom<Noisy>(true, false, null, 0, -1.5e-7, 12345678901),
)

/** Any value, with the names the scanner looks for in places where they mean nothing. */
export const noisyValue: fc.Arbitrary<Noisy> = fc.letrec<{ value: Noisy }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...temptingKeys), fc.string({ maxLength: 8 })), tie('value')), { maxLength: 3 })
      .map((pairs) => ({ pairs })),
  ),
})).value

/** Decides on white space and escapes, from 0 to 1. */
export type Dice = () => number

/** Longer strings of these characters are images and signatures, left as they are unless a test wants otherwise. */
const LONG_BASE64 = /^[A-Za-z0-9+/=_-]{8,}$/

export function dice(seed: number): Dice {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** @param escapeBase64 whether escapes may stand in long base64, too. */
export function writeNoisy(value: Noisy, roll: Dice, escapeBase64 = false): string {
  const gap = () => (roll() < 0.8 ? '' : (['\n', ' ', '\r\n', '\t '][Math.floor(roll() * 4)] ?? ''))
  const list = (items: readonly string[]) => items.map((item) => gap() + item + gap()).join(',')
  if (typeof value === 'string') return writeString(value, roll, escapeBase64)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if ('pairs' in value)
    return `{${list(value.pairs.map(([key, item]) => `${writeString(key, roll, escapeBase64)}${gap()}:${gap()}${writeNoisy(item, roll, escapeBase64)}`))}}`
  return `[${list(value.map((item) => writeNoisy(item, roll, escapeBase64)))}]`
}

function writeString(text: string, roll: Dice, escapeBase64: boolean): string {
  if (roll() < 0.7 || (!escapeBase64 && LONG_BASE64.test(text))) return JSON.stringify(text)
  const escaped = text.split('').map((unit) => {
    if (roll() < 0.5) return JSON.stringify(unit).slice(1, -1)
    return unit === '/' ? '\\/' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `"${escaped.join('')}"`
}
