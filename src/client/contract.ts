/** The resources of the API as types. They follow from the schemas that check the traffic; nothing of those is left when compiled. */
import type { z } from '@hono/zod-openapi'
import type { Attempt as LedgerAttempt } from '../domain/attempt.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { RequestErrorCode } from '../domain/problem.ts'
import type { WaitReason } from '../domain/turn.ts'
import type { AlertResource } from '../http/contract/alert.ts'
import type { MediaResource } from '../http/contract/media.ts'
import type { ModelResource } from '../http/contract/model.ts'
import type { RequestProblem, TurnProblem } from '../http/contract/problem.ts'
import type { DeletedSession, NewSession, SessionChanges, SessionResource, TokenResource } from '../http/contract/session.ts'
import type { StatsQuery as StatsParameters, StatsResource } from '../http/contract/stats.ts'
import type { TurnOptions, TurnResource } from '../http/contract/turn.ts'
import type { UsageQuery as UsageParameters, UsageReport } from '../http/contract/usage.ts'

export type Session = z.output<typeof SessionResource>
export type SessionSettings = z.input<typeof NewSession>
export type SessionUpdate = z.input<typeof SessionChanges>
export type Removed = z.output<typeof DeletedSession>
export type SessionToken = z.output<typeof TokenResource>
export type Turn = z.output<typeof TurnResource>
export type TurnStatus = Turn['status']
export type Attempt = Turn['attempts'][number]
export type EditOptions = z.input<typeof TurnOptions>
export type Media = z.output<typeof MediaResource>
export type Model = z.output<typeof ModelResource>
export type Stats = z.output<typeof StatsResource>
export type StatsWindow = Stats['window']
export type StatsQuery = Partial<z.output<typeof StatsParameters>>
export type Usage = z.output<typeof UsageReport>
export type UsageQuery = z.input<typeof UsageParameters>
export type Alert = z.output<typeof AlertResource>
export type Problem = z.output<typeof RequestProblem>
export type TurnError = z.output<typeof TurnProblem>
export type { FailureKind, RequestErrorCode, WaitReason }

/** A page of a list; `nextCursor` asks for the one after it, null when there is none. */
export interface Page<Resource> {
  data: Resource[]
  nextCursor: string | null
}

interface EventHead {
  turnId: string
  sessionId: string
  /** From 1 without gaps, per turn. */
  seq: number
  /** RFC 3339. */
  at: string
}

interface Shown {
  /** Void after the `attempt.failed` of this attempt. */
  attempt: number
  /** A thought or an interim rendering, not the answer. */
  thought: boolean
}

/** What each type of event says besides its head. */
interface EventBodies {
  'turn.queued': object
  'turn.started': object
  'turn.waiting': { untilMs: number; because: WaitReason }
  'attempt.started': { n: number; model: string; endpoint: string; fallback: boolean }
  'attempt.failed': {
    n: number
    outcome: FailureKind
    httpStatus: number | null
    message: string | null
    next: LedgerAttempt['next']
    /** Until the next attempt, in ms. */
    waitMs: number
  }
  'attempt.succeeded': { n: number; model: string }
  'attempt.late': { n: number; outcome: FailureKind | 'succeeded' }
  'part.text': Shown & { text: string }
  'part.image': Shown & { mediaId: string; url: string; mimeType: string; width: number | null; height: number | null }
  'turn.succeeded': { turn: Turn }
  'turn.failed': { turn: Turn }
  'turn.canceled': { turn: Turn }
  'turn.outcome_unknown': { turn: Turn }
}

export type EventType = keyof EventBodies

/** An event of one type, or of any: switch on `type`. */
export type TurnEvent<Type extends EventType = EventType> = { [T in Type]: EventHead & { type: T } & EventBodies[T] }[Type]
