/** A turn in words, for people who read an export. */
import type { BundleTurn } from './bundle-turn.ts'
import { type PartShown, readPart } from './check-part.ts'

const LABEL_UNITS_MAX = 72

/** `Turn 1`: people count from one. */
export function turnName(ordinal: number): string {
  return `Turn ${ordinal + 1}`
}

/** The beginning of what was asked, on one line. */
export function labelOf({ input }: BundleTurn): string {
  const words = input.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ')
  const line = words.replaceAll(/\s+/g, ' ').trim()
  if (line === '') return 'no words'
  return line.length > LABEL_UNITS_MAX ? `${line.slice(0, LABEL_UNITS_MAX).trimEnd()}…` : line
}

/** Parts of the output; none where the turn has none. */
export function outputOf({ outputAttempt, answers }: BundleTurn): PartShown[] {
  const answer = answers.find(({ attempt }) => attempt === outputAttempt)
  return (answer?.parts ?? []).map(readPart)
}

/** How the answer came about, in short statements: model, fidelity, attempts, cost. */
export function factsOf(turn: BundleTurn): string[] {
  const { model, modelVersion, fallback, degraded, historyFidelity, attempts } = turn
  const costUsd = attempts.reduce((sum, attempt) => sum + attempt.costUsd, 0)
  return [
    ...(model === null ? [] : [modelVersion === null || modelVersion === model ? model : `${model} (${modelVersion})`]),
    ...(fallback ? ['by fallback'] : []),
    ...degraded.map((what) => `degraded: ${what}`),
    ...(historyFidelity === null ? [] : [`history ${historyFidelity}`]),
    ...(attempts.length === 0 ? [] : [attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`]),
    ...(costUsd === 0 ? [] : [`$${costUsd.toFixed(4)}`]),
  ]
}
