/**
 * Plans what of a branch goes to a model: exact where it takes its own parts back, re-packed where it cannot, windowed
 * where all of it would be too much. By rule and before sending, never because a request failed (engine.md, History).
 */
import type { HistoryFidelity } from '../attempt.ts'
import type { SignatureExchange } from '../catalogue.ts'
import type { RequestContent } from '../model-call.ts'
import type { ImageBlob, InputPart } from '../part.ts'
import type { HistorySettings } from '../session.ts'
import type { BranchTurn, HistoryTarget } from './branch-turn.ts'
import { fitWindow } from './fit-window.ts'
import type { ContentsSize } from './measure-contents.ts'

/** Pictures a session with `history.mode: "window"` keeps when it does not say; live-proven by others (wire-facts §2.3). */
export const WINDOW_IMAGES_DEFAULT = 4

/** Turns before the windowed pictures whose words are still told. */
const WINDOW_WORDS_TURNS = 12

export interface HistoryInput {
  /** Root first, the parent of the new turn last. May lack its oldest turns: see `historyReach`. */
  branch: readonly BranchTurn[]
  /** How many of the oldest turns `branch` lacks; default 0. */
  earlierTurns?: number
  /** The new turn's parts. Always sent whole. */
  input: readonly InputPart[]
  target: HistoryTarget
  exchanges: readonly SignatureExchange[]
  settings: HistorySettings
  systemInstruction?: string | null
  /** The repair of `signature_rejected`: every answer is re-packed. */
  repack: boolean
  /** The repair of `too_large`: half the pictures it would have had. */
  shrink: boolean
}

export interface PlannedHistory {
  contents: readonly RequestContent[]
  fidelity: HistoryFidelity
  size: ContentsSize
  /** False: the picture being edited and the new input are too much by themselves. It is planned all the same. */
  fits: boolean
  /** Pictures in user contents, once each: they may be sent as files. Those of model contents may not (wire-facts §2.9). */
  images: readonly ImageBlob[]
  /** Pictures of the given branch, and turns, of which nothing is sent. */
  leftOut: { images: number; turns: number }
}

/** How many of the newest turns have to be loaded for the plan to be the same as from all of them; null: all. */
export function historyReach(settings: HistorySettings): number | null {
  return settings.mode === 'window' ? windowImages(settings) + WINDOW_WORDS_TURNS : null
}

/**
 * The contents of a request that continues `branch` with `input`. Keeps the newest pictures, first of all the one being
 * edited, and of older turns the words, as far as the model's bytes, pictures and tokens allow.
 */
export function planHistory(given: HistoryInput): PlannedHistory {
  const branch = given.branch.slice(-(historyReach(given.settings) ?? given.branch.length))
  const plan = { ...given, branch, earlierTurns: (given.earlierTurns ?? 0) + given.branch.length - branch.length }
  const { historyImagesMax } = plan.target.model
  const picturesMax = plan.settings.mode === 'window' ? Math.min(windowImages(plan.settings), historyImagesMax) : historyImagesMax
  const whole = fitWindow(plan, picturesMax)
  const chosen = plan.shrink ? fitWindow(plan, Math.floor(whole.kept / 2)) : whole
  const leftOut = { images: chosen.pictures - chosen.kept, turns: chosen.omittedTurns }
  return {
    contents: chosen.contents,
    fidelity: leftOut.images + leftOut.turns > 0 ? 'windowed' : chosen.repackedTurns > 0 ? 'repacked' : 'exact',
    size: chosen.size,
    fits: chosen.fits,
    images: userPictures(chosen.contents),
    leftOut,
  }
}

function windowImages(settings: HistorySettings): number {
  return settings.images ?? WINDOW_IMAGES_DEFAULT
}

function userPictures(contents: readonly RequestContent[]): ImageBlob[] {
  const inline = contents.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'inline' ? [part.image] : [])))
  return [...new Map(inline.map((image) => [image.sha256, image])).values()]
}
