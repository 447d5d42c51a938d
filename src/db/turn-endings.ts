/** Ends that do not come from the node at work: cancel, an answer that came after the end, and its adoption. */
import { sql } from 'drizzle-orm'
import type { ModelAnswer } from '../domain/model-call.ts'
import type { Problem } from '../domain/problem.ts'
import type { Database } from './connect.ts'
import { attemptOpen, type Claim } from './turn-leases.ts'
import { type AttemptEnd, afterTheEnd, closingOf, eventsOf, ring, ringEnd, sessionFirst, wakeForFreed } from './turn-progress.ts'
import { oweWebhook } from './webhook-queries.ts'

/**
 * Cancels a turn that has not ended; false when it had. A node at work keeps its hold, so that an attempt already sent is
 * read on, or closed by another node should this one die; where it has died already, the turn stays due for that.
 */
export async function cancelActiveTurn(db: Database, turnId: string, error: Problem, nowMs: number): Promise<boolean> {
  const rows = await db.execute(sql`
    with ${sessionFirst(turnId)}, fence as (
      update turns set version = version + 1, status = 'canceled', error = ${JSON.stringify(error)}, ended_at_ms = ${nowMs},
        due_at_ms = case when turns.lease_owner is null and ${attemptOpen()} then now_ms() end, waiting_until_ms = null, wait_reason = null
      from own where turns.session_id = own.id and turns.id = ${turnId} and turns.status in ('queued', 'running', 'waiting')
      returning turns.*
    ), ${afterTheEnd(false, nowMs)}, ${eventsOf([{ type: 'turn.canceled', data: {} }], nowMs)}
    select ${ringEnd()}, ${wakeForFreed()}, pg_notify('pentimento_cancel', fence.id) from fence`)
  return rows.length === 1
}

/** Closes an attempt of a turn that had ended before it did. An answer is kept as late: it is paid for, and can be adopted. */
export async function closeLateAttempt(db: Database, claim: Claim, end: AttemptEnd, nowMs: number): Promise<boolean> {
  const late = end.answer.outcome === 'succeeded'
  const events = [{ type: 'attempt.late', data: { n: end.n, outcome: end.answer.outcome } }] as const
  const rows = await db.execute(sql`
    with fence as (
      update turns set version = version + 1, lease_owner = null
      where turns.id = ${claim.turnId} and turns.lease_epoch = ${claim.epoch} and turns.lease_owner = ${claim.nodeId}
        and turns.status in ('succeeded', 'failed', 'canceled', 'outcome_unknown')
      returning turns.*
    ), ${closingOf(end, late)}, ${eventsOf(events, nowMs)}
    select ${ring()} from fence`)
  return rows.length === 1
}

/** What the caller may have: the answer of `attempt`, which came late. False when the turn succeeded meanwhile or has no such answer. */
export async function adoptLateAttempt(db: Database, turnId: string, attempt: number, nowMs: number): Promise<boolean> {
  const rows = await db.execute(sql`
    with ${sessionFirst(turnId)}, fence as (
      update turns set version = version + 1, status = 'succeeded', error = null, output_attempt = ${attempt}, model = late.model,
        model_version = late.model_version, fidelity = late.fidelity, fallback = late.fallback, degraded = late.degraded
      from attempts late, own
      where turns.session_id = own.id and turns.id = ${turnId} and turns.status in ('failed', 'canceled', 'outcome_unknown')
        and late.turn_id = turns.id and late.n = ${attempt} and late.late and late.outcome = 'succeeded'
      returning turns.*
    ), head as (
      update sessions set updated_at_ms = ${nowMs},
        head_turn_id = case when sessions.head_turn_id is not distinct from fence.parent_id then fence.id else sessions.head_turn_id end
      from fence where sessions.id = fence.session_id
    ), ${oweWebhook()}, ${eventsOf([{ type: 'turn.succeeded', data: { adopted: attempt } }], nowMs)}
    select ${ring()} from fence`)
  return rows.length === 1
}

/** An attempt that nobody reads any more: its node died. What became of it, nobody can tell. */
export const LOST_ATTEMPT: ModelAnswer = Object.freeze({
  outcome: 'ambiguous',
  httpStatus: null,
  message: 'the node that sent this attempt stopped before the answer was read',
  facts: {},
  billed: 'maybe',
  usage: null,
  modelVersion: null,
  responseId: null,
})
