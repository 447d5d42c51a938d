/** The ledger: one row per attempt, written before the connection is opened and closed when it ends. */

import type { Billed } from './billed.ts'
import type { FailureFacts, FailureKind } from './failure.ts'
import type { ImageSettings } from './image-settings.ts'
import type { Usage } from './model-call.ts'

export type AttemptNext = 'retry' | 'fallback' | 'repair' | 'fail' | 'done'
export type HistoryFidelity = 'exact' | 'repacked' | 'windowed'

export interface Attempt {
  /** From 1, without gaps, per turn. */
  n: number
  model: string
  endpointId: string
  /** What was asked for; smaller than the turn's own when the turn was degraded. */
  image: ImageSettings
  startedAtMs: number
  /** Null while in flight. */
  endedAtMs: number | null
  outcome: 'succeeded' | FailureKind | null
  httpStatus: number | null
  message: string | null
  facts: FailureFacts
  next: AttemptNext | null
  /** The wait decided on after this attempt, in ms; 0 when the next came at once. */
  waitMs: number
  billed: Billed
  usage: Usage | null
  costUsd: number
  modelVersion: string | null
  fidelity: HistoryFidelity
  /** An answer that came after the turn had ended; kept, since it is paid for. */
  late: boolean
}
