/** What happened to a turn, in order. Events are rows `(turn, seq)`; streams, webhooks and waiters read them. */

export const EVENT_TYPES = [
  'turn.queued',
  'turn.started',
  'turn.waiting',
  'attempt.started',
  'attempt.failed',
  'attempt.succeeded',
  'part.text',
  'part.image',
  'turn.succeeded',
  'turn.failed',
  'turn.canceled',
  'turn.outcome_unknown',
  /** After the end: an answer came that is paid for and can be adopted. Adoption shows as `turn.succeeded`. */
  'attempt.late',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface TurnEvent {
  turnId: string
  sessionId: string
  tenantId: string
  /** From 1, without gaps, per turn. */
  seq: number
  /** Grows across all turns; orders session-wide and tenant-wide streams. */
  position: number
  type: EventType
  /** Scalars and small objects only; terminal events are shown with the whole turn, which readers look up. */
  data: Readonly<Record<string, unknown>>
  atMs: number
}

/** The topic that is rung when the turn has ended, and only then. */
export function endOf(turnId: string): string {
  return `end:${turnId}`
}

/** Tells that something new was written. A ring may be lost: callers look again after `maxMs` in any case. */
export interface EventBell {
  /** Resolves when `topic` (a turn, session or tenant id, or `endOf` a turn) was rung, after `maxMs`, or when the signal aborts. */
  rung(topic: string, maxMs: number, signal?: AbortSignal): Promise<void>
}
