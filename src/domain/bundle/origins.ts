/** Where a bundle's images come from: the lineage of media is not in a bundle, since its turns tell it. */
import type { Bundle } from './bundle.ts'
import type { BundleTurn } from './bundle-turn.ts'
import { readPart } from './check-part.ts'

export interface Origin {
  /** Ordinal of the first turn whose answer holds the image. */
  turn: number
  /** Images that turn was given or built on, by SHA-256. */
  from: string[]
}

/** By SHA-256; images that were only ever given have none. */
export function originsOf({ turns }: Bundle): Map<string, Origin> {
  const origins = new Map<string, Origin>()
  const given = new Set<string>()
  for (const [ordinal, turn] of turns.entries()) {
    const inputs = turn.input.flatMap((part) => (part.type === 'image' ? [part.sha256] : []))
    for (const sha256 of inputs) given.add(sha256)
    const before = turn.parent === null ? undefined : turns[turn.parent]
    const shown = before === undefined ? null : finalImage(before)
    for (const sha256 of imagesOf(turn)) {
      if (origins.has(sha256) || given.has(sha256)) continue
      origins.set(sha256, { turn: ordinal, from: shown === null ? inputs : [...inputs, shown] })
    }
  }
  return origins
}

/** The last image of the output that is no thought: what the turn shows, and the next one edits. */
export function finalImage({ outputAttempt, answers }: BundleTurn): string | null {
  const parts = answers.find(({ attempt }) => attempt === outputAttempt)?.parts ?? []
  return parts.map(readPart).findLast(({ imageSha256, thought }) => imageSha256 !== null && !thought)?.imageSha256 ?? null
}

function imagesOf({ answers }: BundleTurn): string[] {
  return answers.flatMap(({ parts }) => parts.flatMap((part) => readPart(part).imageSha256 ?? []))
}
