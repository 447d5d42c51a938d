/** What `decide` is given and what it answers. The caller builds the input from rows, and carries the decision out. */
import type { Attempt, AttemptNext } from '../domain/attempt.ts'
import type { Billed } from '../domain/billed.ts'
import type { ModelEntry } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { PassedOver } from '../domain/failure.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { Problem } from '../domain/problem.ts'
import type { Degradable } from '../domain/session.ts'
import type { WaitReason } from '../domain/turn.ts'
import type { ModelState, ReserveAsk } from './model-state.ts'
import type { TurnPolicy } from './policy.ts'

/** One place a turn can be sent to. A chain lists them in order of preference. */
export interface ChainLink {
  endpoint: Pick<Endpoint, 'id' | 'project' | 'files' | 'limits'>
  entry: ModelEntry
  /** Where to go should the upstream not know the model (404); null: the next of the chain. */
  successor: ChainLink | null
}

/** The turn as far as the engine cares. Times are Unix ms. */
export interface TurnFacts {
  id: string
  tenantId: string
  notBeforeMs: number | null
  window: 'off_peak' | null
  /** As stored after an earlier decision; null while the turn may not start yet. */
  deadlineAtMs: number | null
  /** When the turn could first start, as stored with the deadline; null until then. */
  startedAtMs: number | null
  /** A shorter deadline the caller asked for, in ms from the start; null: the policy's. */
  askedDeadlineMs: number | null
  /** As stored after an earlier `wait`; null for a turn that is not waiting. */
  waitingUntilMs: number | null
  waitReason: WaitReason | null
  cancelRequested: boolean
  /** What was asked for, session's settings included. */
  image: ImageSettings
  /** Pictures the user put into this turn. */
  referenceImages: number
}

/** What sending the turn with its history to one link would take, as planned. */
export interface HistoryFacts {
  tokens: number
  bytes: number
}

export interface DecisionInput {
  policy: TurnPolicy
  chain: readonly ChainLink[]
  turn: TurnFacts
  /** The ledger, by `n` from 1. A row still in flight is read as ambiguous: only the node that owns the turn decides. */
  attempts: readonly Attempt[]
  /** By `stateKey(endpoint, model)`, successors included; an absent one is as new. */
  states: Readonly<Record<string, ModelState>>
  /** By `stateKey` too; absent: nothing to fear. */
  historyFacts: Readonly<Record<string, HistoryFacts>>
  nowMs: number
}

/** Repairs already made in this turn, which the next request must be built with. */
export interface RepairsMade {
  /** Every foreign or signed model turn is presented in user turns. */
  repack: boolean
  /** `files`: media by the Files API; `window`: by the Files API where there is one, and history windowed to half. */
  shrink: 'none' | 'files' | 'window'
}

/** Open a connection now: `reserve` first, then write the ledger row, then send. */
export interface AttemptDecision {
  kind: 'attempt'
  endpointId: string
  model: string
  /** What to ask for: smaller or without a ratio where `degraded` says so. */
  image: ImageSettings
  degraded: readonly Degradable[]
  /** The catalogue's, cut to the deadline. */
  timeoutMs: number
  /** Whether this is not the model the chain begins with. */
  fallback: boolean
  repairs: RepairsMade
  /** To be passed to `reserve` on the state of `stateKey`. */
  reserve: ReserveAsk
  stateKey: string
  /** Null for the first attempt. */
  next: 'retry' | 'fallback' | null
}

/** The turn is `waiting`: store both and forget it until then. */
export interface WaitDecision {
  kind: 'wait'
  untilMs: number
  because: WaitReason
  /** What the wait is for; null before the first attempt. */
  next: 'retry' | 'fallback' | null
  /** A wait for a slot (`quota`): pass `ask` to `joinLine` on that state and wait until the time it promises instead. */
  line: { stateKey: string; ask: ReserveAsk } | null
}

/**
 * Mend what the last attempt complained of, then write `next: "repair"` on its row and decide again. A crash in between
 * leads to the same repair, so each must be harmless when done twice.
 */
export interface RepairDecision {
  kind: 'repair'
  how:
    | { repair: 'media' /** Upstream names without `files/`; empty: all. */; files: readonly string[] }
    | { repair: 'repack' }
    | { repair: 'shrink'; by: 'files' | 'window' }
  next: 'repair'
}

/** The turn ends without a picture. */
export interface FailDecision {
  kind: 'fail'
  status: 'failed' | 'canceled' | 'outcome_unknown'
  problem: Problem
  billed: Billed
  next: 'fail'
}

/**
 * `deadlineAtMs` is to be stored with the turn (null: it may not start yet). `passedOver` says which models earlier in the chain
 * were not taken and why; it belongs in the facts of the attempt that just failed, so that the ledger names it.
 */
export type Decision = (AttemptDecision | WaitDecision | RepairDecision | FailDecision) & {
  deadlineAtMs: number | null
  passedOver: readonly PassedOver[]
}

/** What to write on the attempt that just failed. */
export interface NextNote {
  next: AttemptNext
  /** Ms from its end until the turn goes on; 0: at once. */
  waitMs: number
  passedOver: readonly PassedOver[]
}
