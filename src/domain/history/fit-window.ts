/** Finds the widest window of a branch that a model's limits of bytes and tokens allow. */
import type { SignatureExchange } from '../catalogue.ts'
import type { RequestContent } from '../model-call.ts'
import type { InputPart } from '../part.ts'
import { type BranchTurn, type HistoryTarget, replayedParts } from './branch-turn.ts'
import { type Layout, layOutContents } from './lay-out-contents.ts'
import { type ContentsSize, measureContents } from './measure-contents.ts'
import { takesBack } from './takes-back.ts'
import { listPictures, openWindow, rankPictures } from './window.ts'

/** Room for what surrounds the contents: generationConfig and safety settings. */
const ENVELOPE_BYTES = 4_096

export interface WindowInput {
  branch: readonly BranchTurn[]
  /** Turns older than the branch that are not in it. */
  earlierTurns: number
  input: readonly InputPart[]
  target: HistoryTarget
  exchanges: readonly SignatureExchange[]
  systemInstruction?: string | null
  /** Re-pack every answer, also those the model would take back. */
  repack: boolean
}

export interface FittedWindow extends Layout {
  /** Pictures of the branch, and how many of them are kept. */
  pictures: number
  kept: number
  size: ContentsSize
  fits: boolean
}

/** The widest window that fits, of at most `picturesMax` pictures but always the one being edited; the narrowest when none fits. */
export function fitWindow(given: WindowInput, picturesMax: number): FittedWindow {
  const { branch, target, exchanges } = given
  const ranked = rankPictures(listPictures(branch))
  const takenBack = branch.map((turn) => !given.repack && takesBack(target, replayedParts(turn), exchanges))
  const isExact = (turn: number) => takenBack[turn] === true
  const limits = limitsOf(given)
  const lay = ({ kept, turns }: WindowShape): FittedWindow => {
    const layout = layOutContents({ ...given, isExact, window: openWindow(ranked, branch.length, kept, turns) })
    const size = measureContents(layout.contents, { imageTokens: target.model.inputImageTokens, picturesAsFiles: target.picturesAsFiles })
    return { ...layout, size, pictures: ranked.length, kept, fits: size.bytes <= limits.bytes && size.tokens <= limits.tokens }
  }
  const [widest, ...narrower] = windowShapes(Math.min(Math.max(1, picturesMax), ranked.length), branch.length)
  let fitted = lay(widest)
  for (const shape of narrower) {
    if (fitted.fits) break
    fitted = lay(shape)
  }
  return fitted
}

interface WindowShape {
  kept: number
  turns: number
}

/** From the widest to the narrowest: fewer pictures first; then, with the picture being edited alone, the words of fewer turns. */
function windowShapes(picturesMax: number, turns: number): [WindowShape, ...WindowShape[]] {
  const shapes: [WindowShape, ...WindowShape[]] = [{ kept: picturesMax, turns }]
  for (let kept = picturesMax - 1; kept >= 1; kept--) shapes.push({ kept, turns })
  for (let fewer = turns >> 1; fewer >= 1; fewer >>= 1) shapes.push({ kept: Math.min(1, picturesMax), turns: fewer })
  return shapes
}

/** What the contents may weigh beside the system instruction and the envelope. */
function limitsOf({ target, systemInstruction }: WindowInput): { bytes: number; tokens: number } {
  const bytesMax = Math.min(target.model.requestBytesMax, target.requestBytesMax ?? Number.POSITIVE_INFINITY)
  const instruction: RequestContent = { role: 'user', parts: [{ kind: 'text', text: systemInstruction ?? '' }] }
  const besides = measureContents([instruction], { imageTokens: 0 })
  return { bytes: bytesMax - ENVELOPE_BYTES - besides.bytes, tokens: target.model.contextTokens - besides.tokens }
}
