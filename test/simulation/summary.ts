/** One line of the table: what a strategy made of a scenario. */
import type { SimulatedTurn } from './world.ts'

export interface Summary {
  turns: number
  attempts: number
  /** Share of turns that ended with a picture. */
  share: number
  medianS: number
  p95S: number
  attemptsPerImage: number
  usdPerImage: number
  fallbackShare: number
}

export function summaryOf(turns: readonly SimulatedTurn[], firstModel: string): Summary {
  const pictured = turns.filter(({ ending }) => ending === 'succeeded')
  const secondsToImage = pictured.map(({ arrivedMs, endedMs }) => ((endedMs ?? arrivedMs) - arrivedMs) / 1_000).sort((a, b) => a - b)
  const attempts = turns.reduce((sum, turn) => sum + turn.attempts.length, 0)
  const usd = turns.reduce((sum, turn) => sum + turn.costUsd, 0)
  return {
    turns: turns.length,
    attempts,
    share: pictured.length / turns.length,
    medianS: at(secondsToImage, 0.5),
    p95S: at(secondsToImage, 0.95),
    attemptsPerImage: attempts / pictured.length,
    usdPerImage: usd / pictured.length,
    fallbackShare: pictured.filter(({ attempts: rows }) => rows.at(-1)?.model !== firstModel).length / pictured.length,
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
