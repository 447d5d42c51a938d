import type { Turn, TurnRequest } from '../domain/turn.ts'
import type { NewInputPart } from './resolve-media.ts'

/** A turn as it is asked for. */
export interface Submission {
  sessionId: string
  /** Absent: the head (of the moment it starts, should it have to queue). Null: a new root. */
  parentId?: string | null | undefined
  /** Refuse with `stale_parent` unless the head is this; null: unless there is none. */
  expectedHeadTurnId?: string | null | undefined
  idempotencyKey: string | null
  /** What the key is kept under, so that the same key may be used for another purpose; by default new turns of the session. */
  keyPurpose?: string
  request: Omit<TurnRequest, 'parts'> & { parts: readonly NewInputPart[] }
}

/** What has become of a submission. */
export interface Submitted {
  turn: Turn
  /** It was there already, by its Idempotency-Key: whoever asks again does not own it. */
  replayed: boolean
  /** It began in this process this very moment: nothing has been told of it yet that a listener who comes at once could miss. */
  justBegun: boolean
}
