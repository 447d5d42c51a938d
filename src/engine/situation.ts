/** What `decide` works out once and its parts share: the links, the ledger, the time left. */

import { deadlineLengthMs, minimumSliceMs } from './deadline.ts'
import type { ChainLink, DecisionInput } from './decision.ts'
import { type FittedImage, fitImage } from './fit-image.ts'
import { type Ledger, type LinkRecord, readLedger, untriedLink } from './ledger.ts'
import { linksInForce } from './links-in-force.ts'
import { initialModelState, type ModelState, stateKey } from './model-state.ts'

export interface Situation {
  input: DecisionInput
  places: readonly Place[]
  ledger: Ledger
  /** Unix ms. */
  deadlineAtMs: number
  /** Least time an attempt must have, in ms. */
  sliceMs: number
}

/** A link with all that is known of it in this turn. */
export interface Place {
  link: ChainLink
  key: string
  state: ModelState
  record: LinkRecord
  /** What it would be asked for; null: it cannot make that. */
  fitted: FittedImage | null
}

export function situationOf(input: DecisionInput): Situation {
  const { policy, turn, nowMs } = input
  const links = linksInForce(input)
  const ledger = readLedger(input, links)
  const lengthMs = deadlineLengthMs(policy, turn.image, turn.askedDeadlineMs)
  return {
    input,
    places: links.map((link, index) => placeOf(input, link, ledger.links[index] ?? untriedLink())),
    ledger,
    deadlineAtMs: turn.deadlineAtMs ?? nowMs + lengthMs,
    sliceMs: minimumSliceMs(policy, lengthMs),
  }
}

/** Whether an attempt that begins at `atMs` (Unix ms) gets its least time. */
export function leavesSlice({ deadlineAtMs, sliceMs }: Situation, atMs: number): boolean {
  return atMs + sliceMs <= deadlineAtMs && atMs < deadlineAtMs
}

function placeOf({ policy, turn, states }: DecisionInput, link: ChainLink, record: LinkRecord): Place {
  const key = stateKey(link.endpoint, link.entry.id)
  // A model whose own deadline expired is asked for less, or not at all (engine.md, upstream_fault).
  const smaller = record.expiries >= policy.expiriesPerModel
  const fitted = fitImage(link.entry, turn.image, turn.referenceImages, policy.allowDegraded, smaller)
  return { link, key, state: states[key] ?? initialModelState, record, fitted }
}
