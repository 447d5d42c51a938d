/** Part text with holes: one definition of where received values go, for storing, measuring and replaying. */
import type { Hole } from './part.ts'

/** What stands at a hole, wherever that is. */
export type HoleContent = Hole extends infer Kind ? (Kind extends Hole ? Omit<Kind, 'at'> : never) : never

/** Length in characters (and bytes: both are ASCII) of what fills a hole. */
export function holeCharacters(hole: HoleContent): number {
  return hole.holds === 'signature' ? hole.bytes : base64Characters(hole.bytes, hole.padded)
}

/** Length of `bytes` bytes in base64: four characters for each started three bytes, or fewer without padding. */
export function base64Characters(bytes: number, padded = true): number {
  return padded ? 4 * Math.ceil(bytes / 3) : Math.ceil((bytes * 4) / 3)
}

/** `raw` cut at its holes: text and holes in the order in which they are written. Throws RangeError for a hole that is not between two quotes. */
export function* splitAtHoles(raw: string, holes: readonly Hole[]): Generator<string | Hole> {
  let from = 0
  for (const hole of holes) {
    if (hole.at <= from || raw.slice(hole.at - 1, hole.at + 1) !== '""') throw new RangeError(`no hole at ${hole.at}`)
    yield raw.slice(from, hole.at)
    yield hole
    from = hole.at
  }
  yield raw.slice(from)
}

/** The part as it was received: every hole filled with the characters that `charactersOf` gives for it. */
export function fillHoles(raw: string, holes: readonly Hole[], charactersOf: (hole: Hole) => string): string {
  let filled = ''
  for (const piece of splitAtHoles(raw, holes)) filled += typeof piece === 'string' ? piece : charactersOf(piece)
  return filled
}
