/** What history is planned from: the succeeded turns of one branch. */
import type { ModelEntry } from '../catalogue.ts'
import type { InputPart, ModelPart } from '../part.ts'

export interface BranchTurn {
  turnId: string
  input: readonly InputPart[]
  /** As received and in order, thought parts included. */
  output: readonly ModelPart[]
}

/** Who is asked now. */
export interface HistoryTarget {
  /** API family of the endpoint. */
  api: string
  model: ModelEntry
  /** The endpoint's own limit of a request in bytes, where it has one; the model's holds anyway. */
  requestBytesMax?: number | undefined
  /** True where every picture of a user turn is going to be sent as a file; they then weigh a reference. Default false. */
  picturesAsFiles?: boolean | undefined
}

/** What is replayed of an answer: all but thoughts, which are shown and never sent (engine.md, History). */
export function replayedParts(turn: BranchTurn): readonly ModelPart[] {
  return turn.output.filter((part) => !part.thought)
}
