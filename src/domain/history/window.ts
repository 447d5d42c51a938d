/** Which pictures and turns of a branch are sent, and which only told of. */
import { type BranchTurn, replayedParts } from './branch-turn.ts'

/** A picture of the branch by its place: `part` counts the input, or the output without its thoughts. */
export interface Picture {
  turn: number
  role: 'user' | 'model'
  part: number
}

export interface Window {
  keepsPicture(turn: number, role: Picture['role'], part: number): boolean
  /** Whether anything of the turn is sent; false: it is counted in a note. */
  keepsTurn(turn: number): boolean
  /** Answers of turns before this one are told in words, so that their signatures do not weigh. */
  answersFrom: number
}

/** Every picture of the branch, oldest first. */
export function listPictures(branch: readonly BranchTurn[]): Picture[] {
  return branch.flatMap((turn, index) => [
    ...turn.input.flatMap((part, at): Picture[] => (part.type === 'image' ? [{ turn: index, role: 'user', part: at }] : [])),
    ...replayedParts(turn).flatMap((part, at): Picture[] => (part.image ? [{ turn: index, role: 'model', part: at }] : [])),
  ])
}

/** Most important first: the picture being edited (the newest a model made), then the others from the newest back. */
export function rankPictures(pictures: readonly Picture[]): Picture[] {
  const newestFirst = pictures.toReversed()
  const edited = newestFirst.find((picture) => picture.role === 'model')
  return edited ? [edited, ...newestFirst.filter((picture) => picture !== edited)] : newestFirst
}

/**
 * A window of the first `picturesMax` of the ranked pictures and the newest `turnsMax` of `turnCount` turns. The turn
 * of the picture being edited stays in any window.
 */
export function openWindow(ranked: readonly Picture[], turnCount: number, picturesMax: number, turnsMax: number): Window {
  const kept = ranked.slice(0, picturesMax)
  const keys = new Set(kept.map((picture) => keyOf(picture.turn, picture.role, picture.part)))
  const edited = kept[0]?.turn
  const leavesPictures = kept.length < ranked.length
  return {
    keepsPicture: (turn, role, part) => keys.has(keyOf(turn, role, part)),
    keepsTurn: (turn) => turn >= turnCount - turnsMax || turn === edited,
    answersFrom: leavesPictures ? Math.min(...kept.map((picture) => picture.turn)) : 0,
  }
}

function keyOf(turn: number, role: Picture['role'], part: number): string {
  return `${turn}.${role}.${part}`
}
