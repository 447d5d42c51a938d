/** A turn: one edit asked for, and what came of it. Turns of a session form a tree by `parentId`. */
import type { Attempt, HistoryFidelity } from './attempt.ts'
import type { Billed } from './billed.ts'
import type { ImageSettings } from './image-settings.ts'
import type { Usage } from './model-call.ts'
import type { InputPart, ModelPart } from './part.ts'
import type { Problem } from './problem.ts'
import type { PolicyNarrowing, Strategy } from './session.ts'

export const ENDED = ['succeeded', 'failed', 'canceled', 'outcome_unknown'] as const
export const TURN_STATUSES = ['queued', 'running', 'waiting', ...ENDED] as const
export type TurnStatus = (typeof TURN_STATUSES)[number]
export type EndedStatus = (typeof ENDED)[number]

export const WAIT_REASONS = ['overloaded', 'rate_limited', 'quota', 'breaker', 'not_before', 'off_peak', 'queue'] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

/** What was asked of a turn: the same after a crash, for a sibling, and in an export. */
export interface TurnRequest {
  parts: readonly InputPart[]
  image: ImageSettings
  models: readonly string[] | null
  strategy: Strategy | null
  policy: PolicyNarrowing
  deadlineMs: number | null
  notBeforeMs: number | null
  window: 'off_peak' | null
  webhookUrl: string | null
  metadata: Readonly<Record<string, string>>
}

export interface Turn extends TurnRequest {
  id: string
  tenantId: string
  sessionId: string
  parentId: string | null
  siblingIds: readonly string[]
  /** Depth from the root, from 0. */
  index: number
  status: TurnStatus
  /** The seq of its last event; grows with every change. */
  version: number
  /** Unix ms from which no attempt starts; null until the turn may start. */
  deadlineAtMs: number | null
  waitingUntilMs: number | null
  waitReason: WaitReason | null
  /** Parts of the attempt that gave the output; empty unless there is one. */
  output: readonly ModelPart[]
  model: string | null
  modelVersion: string | null
  fallback: boolean
  degraded: readonly string[]
  fidelity: HistoryFidelity | null
  attempts: readonly Attempt[]
  usage: Usage | null
  costUsd: number
  billed: Billed
  error: Problem | null
  /** Turns of the session that will run before this one. */
  queuePosition: number
  createdAtMs: number
  startedAtMs: number | null
  endedAtMs: number | null
}

export function hasEnded(status: TurnStatus): status is EndedStatus {
  return (ENDED as readonly string[]).includes(status)
}
