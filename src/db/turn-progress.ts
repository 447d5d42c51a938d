/**
 * The writes of a running turn: each one statement, each fenced by the claim, each with the events it causes in the same
 * commit. A statement whose fence finds no row changes nothing and returns null: the lease is lost, or the turn has ended.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Attempt, AttemptNext, HistoryFidelity } from '../domain/attempt.ts'
import { causeOf } from '../domain/cause.ts'
import { type EventType, endOf } from '../domain/event.ts'
import type { ModelAnswer } from '../domain/model-call.ts'
import type { Hole, MintedBy } from '../domain/part.ts'
import type { Problem } from '../domain/problem.ts'
import type { EndedStatus, WaitReason } from '../domain/turn.ts'
import type { Database } from './connect.ts'
import type { Claim } from './turn-leases.ts'
import { oweWebhook } from './webhook-queries.ts'

export interface NewEvent {
  type: EventType
  data: Readonly<Record<string, unknown>>
}

/** A part to be stored: its image is in `media` and its signature in `signatures` already. */
export interface NewPart {
  ordinal: number
  raw: string
  holes: readonly Hole[]
  thought: boolean
  mediaId: string | null
  signatureSha256: string | null
  mintedBy: MintedBy
}

export type NewAttempt = Pick<Attempt, 'n' | 'model' | 'endpointId' | 'image' | 'fidelity'> & {
  degraded: readonly string[]
  fallback: boolean
  /** What it costs if it succeeds, as planned. */
  estimatedUsd: number
  /** Summary of what is sent: media by digest. */
  request: unknown
}

/** The start of a turn, in Unix ms. */
export interface TurnStart {
  startedAtMs: number
  deadlineAtMs: number
}

/** How an attempt ended, as the ledger keeps it. */
export interface AttemptEnd {
  n: number
  /** As the engine was told, so that the row leads to the decision already made. */
  endedAtMs: number
  answer: ModelAnswer
  next: AttemptNext
  waitMs: number
  costUsd: number
  parts: readonly NewPart[]
}

/** What becomes of the turn with this write. */
export type TurnStep =
  | { to: 'running' }
  | { to: 'waiting'; untilMs: number; reason: WaitReason }
  | {
      to: 'succeeded'
      attempt: number
      model: string
      modelVersion: string | null
      fidelity: HistoryFidelity
      fallback: boolean
      degraded: readonly string[]
    }
  /** `lingering`: an attempt is still being read on; the node keeps its hold until that has ended too. */
  | { to: Exclude<EndedStatus, 'succeeded'>; error: Problem; lingering: boolean }

const STARTED: NewEvent = { type: 'turn.started', data: {} }

/** Takes the start of a turn: its deadline begins, and a queued turn learns its parent. Returns the parent and depth it has now. */
export async function startTurn(
  db: Database,
  claim: Claim,
  { startedAtMs, deadlineAtMs }: TurnStart,
): Promise<{ parentId: string | null; depth: number } | null> {
  const rows = await db.execute<{ parent_id: string | null; depth: number }>(sql`
    with head as (
      select sessions.head_turn_id as id, coalesce(turns.depth + 1, 0) as depth
      from sessions left join turns on turns.id = sessions.head_turn_id
      where sessions.id = (select session_id from turns where id = ${claim.turnId})
    ), fence as (
      update turns set
        started_at_ms = ${startedAtMs}, deadline_at_ms = ${deadlineAtMs}, version = version + 1,
        parent_id = case when parent_is_head then head.id else parent_id end,
        depth = case when parent_is_head then head.depth else turns.depth end
      from head where ${fenced(claim)} and started_at_ms is null
      returning turns.*
    ), ${eventsOf([STARTED], startedAtMs)}
    select parent_id, depth, ${ring()} from fence`)
  const row = rows[0]
  return row === undefined ? null : { parentId: row.parent_id, depth: row.depth }
}

/**
 * Writes the ledger row of an attempt about to be sent. Nothing may be sent unless this returned true. May be repeated by the
 * same claim, when the connection broke and nobody could tell whether it was written.
 *
 * @param start what `startTurn` would have written, for a turn that has its parent
 */
export async function startAttempt(
  db: Database,
  claim: Claim,
  attempt: NewAttempt,
  nowMs: number,
  start: TurnStart | null = null,
): Promise<boolean> {
  const data = { n: attempt.n, model: attempt.model, endpoint: attempt.endpointId, fallback: attempt.fallback }
  const events: NewEvent[] = [...(start === null ? [] : [STARTED]), { type: 'attempt.started', data }]
  const started = start === null ? sql`` : sql`started_at_ms = ${start.startedAtMs}, deadline_at_ms = ${start.deadlineAtMs},`
  const rows = await db.execute(sql`
    with fence as (
      update turns set ${started} version = version + ${events.length} where ${fenced(claim)} returning turns.*
    ), opened as (
      insert into attempts (turn_id, n, tenant_id, endpoint_id, model, image, fidelity, degraded, fallback, lease_epoch, request, started_at_ms, billed, cost_usd,
        estimated_usd)
      select id, ${attempt.n}, tenant_id, ${attempt.endpointId}, ${attempt.model}, ${json(attempt.image)}, ${attempt.fidelity},
        ${json(attempt.degraded)}, ${attempt.fallback}, ${claim.epoch}, ${JSON.stringify(attempt.request)}, ${nowMs}, 'maybe', 0,
        ${attempt.estimatedUsd.toFixed(6)}
      from fence
      on conflict (turn_id, n) do update set started_at_ms = excluded.started_at_ms where attempts.lease_epoch = excluded.lease_epoch
    ), ${eventsOf(events, nowMs)}
    select ${ring()} from fence`)
  return rows.length === 1
}

/** Tells what has arrived so far. False: the lease is lost or the turn has ended, and nothing was written. */
export async function recordEvents(db: Database, claim: Claim, events: readonly NewEvent[], nowMs: number): Promise<boolean> {
  const rows = await db.execute(sql`
    with fence as (
      update turns set version = version + ${events.length} where ${fenced(claim)} returning turns.*
    ), ${eventsOf(events, nowMs)}
    select ${ring()} from fence`)
  return rows.length === 1
}

/**
 * Closes an attempt (when one is given) and moves the turn on, with all that follows: parts, events, the head, the next
 * queued turn. False: the lease is lost or the turn has ended, and nothing was written.
 */
export async function moveTurn(
  db: Database,
  claim: Claim,
  end: AttemptEnd | null,
  step: TurnStep,
  events: readonly NewEvent[],
  nowMs: number,
): Promise<boolean> {
  const ended = step.to !== 'running' && step.to !== 'waiting'
  const rows = await db.execute(sql`
    with ${ended ? sql`${sessionFirst(claim.turnId)}, ` : sql``}fence as (
      update turns set version = version + ${events.length}, ${columnsOf(step, nowMs)}
      ${ended ? sql`from own where turns.session_id = own.id and` : sql`where`} ${fenced(claim)} returning turns.*
    )
    ${end === null ? sql`` : sql`, ${closingOf(end)}`}
    ${ended ? sql`, ${afterTheEnd(step.to === 'succeeded', nowMs)}` : sql``}
    , ${eventsOf(events, nowMs)}
    select ${ended ? sql`${ringEnd()}, ${wakeForFreed()}` : ring()} from fence`)
  return rows.length === 1
}

/** Only the node that holds the claim, and only while the turn runs. */
function fenced(claim: Claim): SQL {
  return sql`turns.id = ${claim.turnId} and turns.lease_owner = ${claim.nodeId} and turns.lease_epoch = ${claim.epoch} and turns.status = 'running'`
}

function columnsOf(step: TurnStep, nowMs: number): SQL {
  switch (step.to) {
    case 'running':
      return sql`status = 'running'`
    case 'waiting':
      return sql`status = 'waiting', waiting_until_ms = ${step.untilMs}, wait_reason = ${step.reason}, due_at_ms = ${step.untilMs}, lease_owner = null`
    case 'succeeded':
      return sql`status = 'succeeded', ended_at_ms = ${nowMs}, lease_owner = null, output_attempt = ${step.attempt}, model = ${step.model},
        model_version = ${step.modelVersion}, fidelity = ${step.fidelity}, fallback = ${step.fallback}, degraded = ${json(step.degraded)}`
    default:
      return sql`status = ${step.to}, ended_at_ms = ${nowMs}, error = ${JSON.stringify(step.error)},
        lease_owner = case when ${step.lingering} then lease_owner end`
  }
}

/** The ledger row is closed once, by whoever gets there first. */
export function closingOf(end: AttemptEnd, late = false): SQL {
  const { answer } = end
  return sql`closed as (
      update attempts set ended_at_ms = ${end.endedAtMs}, outcome = ${answer.outcome}, http_status = ${answer.httpStatus},
        message = ${answer.message === null ? null : JSON.stringify(answer.message)}, facts = ${JSON.stringify(answer.facts)},
        cause = ${causeOf(answer.outcome, answer.facts)}, next = ${end.next}, wait_ms = ${end.waitMs},
        billed = ${answer.billed}, usage = ${answer.usage === null ? null : json(answer.usage)}, cost_usd = ${end.costUsd.toFixed(6)},
        model_version = ${answer.modelVersion}, response_id = ${answer.responseId}, late = ${late}
      from fence where attempts.turn_id = fence.id and attempts.n = ${end.n} and attempts.ended_at_ms is null
    ), stored as (
      insert into parts (turn_id, attempt, ordinal, raw, holes, thought, media_id, signature_sha256, minted_by_api, minted_by_model)
      select fence.id, ${end.n}, part.ordinal, part.raw, part.holes, part.thought, part."mediaId", part."signatureSha256", part.api, part.model
      from fence, json_to_recordset(${JSON.stringify(end.parts.map(({ mintedBy, ...part }) => ({ ...part, ...mintedBy })))}::json)
        as part(ordinal int, raw text, holes jsonb, thought boolean, "mediaId" text, "signatureSha256" text, api text, model text)
      on conflict do nothing
    )`
}

/**
 * Whoever ends a turn locks its session before the turn, as those do who submit, replace and delete: in the other order two
 * of them would wait for each other. Join it as `own`.
 */
export function sessionFirst(turnId: string): SQL {
  return sql`own as (select id from sessions where id = (select session_id from turns where id = ${turnId}) for update)`
}

/**
 * The head moves on success only, and only if it still is the turn's parent. The first in the queue may start then, unless
 * another is active: a turn that ends may have been queued itself.
 */
export function afterTheEnd(succeeded: boolean, nowMs: number): SQL {
  return sql`head as (
      update sessions set updated_at_ms = ${nowMs},
        head_turn_id = case when ${succeeded} and sessions.head_turn_id is not distinct from fence.parent_id then fence.id else sessions.head_turn_id end
      from fence where sessions.id = fence.session_id
    ), freed as (
      update turns set due_at_ms = now_ms() where status = 'queued' and id = (
        select queued.id from turns queued, fence where queued.session_id = fence.session_id and queued.status = 'queued' and queued.id <> fence.id
          and not exists (
            select 1 from turns other where other.session_id = fence.session_id and other.id <> fence.id
              and (other.status in ('running', 'waiting') or (other.status = 'queued' and other.due_at_ms is not null))
          )
        order by queued.position limit 1
      ) returning id
    ), ${oweWebhook()}`
}

/** Numbers the events from the turn's version, which the fence has just raised by their count. */
export function eventsOf(events: readonly NewEvent[], nowMs: number): SQL {
  return sql`told as (
      insert into events (turn_id, seq, session_id, tenant_id, type, data, at_ms)
      select fence.id, fence.version - ${events.length} + event.n, fence.session_id, fence.tenant_id, event.type, event.data, ${nowMs}
      from fence, json_to_recordset(${JSON.stringify(events.map(({ type, data }, index) => ({ n: index + 1, type, data: JSON.stringify(data) })))}::json)
        as event(n int, type text, data text)
    )`
}

/** Rings for everyone who reads events of this turn, its session or its tenant. */
export function ring(): SQL {
  return RING
}

/** The same, and for everyone who waits for the end of the turn. */
export function ringEnd(): SQL {
  return RING_END
}

const RING = sql`pg_notify('pentimento_events', fence.id || ' ' || fence.session_id || ' ' || fence.tenant_id)`
const RING_END = sql`pg_notify('pentimento_events', fence.id || ' ' || fence.session_id || ' ' || fence.tenant_id || ' ' || ${endOf('')} || fence.id)`

/**
 * Rings for the executors when a queued turn has become due. New turns come with a job instead (`Dispatcher`), which wakes one
 * node; but what an end frees is only known inside its own statement, where NOTIFY can be called and no job be made.
 */
export function wakeForFreed(): SQL {
  return sql`(select pg_notify('pentimento_work', '') from freed)`
}

export function json(value: unknown): SQL {
  return sql`${JSON.stringify(value)}::jsonb`
}
