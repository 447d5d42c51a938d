/**
 * Who works on which turn. A node keeps one row alive (`nodes`); the turns it has claimed name it and carry the epoch of the
 * claim. Every later write names both, so that a node that slept through its lease cannot write (engine.md, invariant 6).
 */
import { type SQL, sql } from 'drizzle-orm'
import type { TurnStatus, WaitReason } from '../domain/turn.ts'
import type { Database } from './connect.ts'

export interface Claim {
  turnId: string
  nodeId: string
  epoch: number
}

/** A claimed turn. One that has ended is claimed only to close what a dead node left open in its ledger. */
export interface ClaimedTurn extends Claim {
  status: TurnStatus
  /** What it was waiting for, and until when (Unix ms): a slot promised for that time is its own. Null: it was not waiting. */
  waited: { untilMs: number; reason: WaitReason } | null
}

/** Of a turn that was stored as claimed. */
export const FIRST_EPOCH = 1

/** Makes the node known for `leaseMs`. */
export async function registerNode(db: Database, nodeId: string, leaseMs: number): Promise<void> {
  await db.execute(sql`insert into nodes (id, lease_expires_at_ms) values (${nodeId}, now_ms() + ${leaseMs})`)
}

/** The node's heartbeat. False: the lease ran out and its turns may be another's by now; stop writing, register anew. */
export async function renewNode(db: Database, nodeId: string, leaseMs: number): Promise<boolean> {
  const rows = await db.execute(sql`
    update nodes set lease_expires_at_ms = now_ms() + ${leaseMs}
    where id = ${nodeId} and lease_expires_at_ms >= now_ms() returning id`)
  return rows.length === 1
}

/** The node stops: what it still holds is due for others at once. */
export async function retireNode(db: Database, nodeId: string): Promise<void> {
  await db.execute(sql`
    with gone as (delete from nodes where id = ${nodeId})
    update turns set due_at_ms = now_ms(), lease_owner = null, lease_epoch = lease_epoch + 1 where lease_owner = ${nodeId}`)
}

/**
 * Frees the turns of nodes whose lease ran out. The delete takes the node's row lock and looks again, so that a heartbeat
 * that comes first wins. Returns how many turns were freed.
 */
export async function freeTurnsOfDeadNodes(db: Database): Promise<number> {
  const rows = await db.execute(sql`
    with dead as (delete from nodes where lease_expires_at_ms < now_ms() returning id)
    update turns set due_at_ms = now_ms(), lease_owner = null, lease_epoch = lease_epoch + 1
    where lease_owner is not null
      and (lease_owner in (select id from dead) or not exists (select 1 from nodes where nodes.id = lease_owner))
    returning id`)
  return rows.length
}

/**
 * Takes up to `limit` turns that are due, oldest first, each for one node only: `skip locked` lets many nodes ask at once
 * without waiting for one another. A turn taken up is `running` from here on. A queued turn that was made due too early is
 * passed by: were it taken, the index that allows one active turn a session would refuse the whole batch, now and for ever.
 */
export async function claimDueTurns(db: Database, nodeId: string, limit: number): Promise<ClaimedTurn[]> {
  const rows = await db.execute<ClaimedRow>(sql`
    with due as (
      select id, waiting_until_ms, wait_reason from turns
      where due_at_ms <= (select now_ms()) and (status <> 'queued' or not exists (
        select 1 from turns before where before.session_id = turns.session_id and before.id <> turns.id
          and (before.status in ('running', 'waiting')
            or (before.status = 'queued' and before.due_at_ms is not null and before.position < turns.position))
      ))
      order by due_at_ms limit ${limit} for update skip locked
    )
    update turns set
      lease_owner = ${nodeId}, lease_epoch = lease_epoch + 1, due_at_ms = null, waiting_until_ms = null, wait_reason = null,
      status = case when status in ('queued', 'waiting') then 'running' else status end
    from due where turns.id = due.id
    returning turns.id, turns.lease_epoch as epoch, turns.status, due.waiting_until_ms as until_ms, due.wait_reason as reason`)
  return rows.map(({ id, epoch, status, until_ms, reason }) => ({
    turnId: id,
    nodeId,
    epoch,
    status,
    waited: until_ms === null || reason === null ? null : { untilMs: until_ms, reason },
  }))
}

interface ClaimedRow extends Record<string, unknown> {
  id: string
  epoch: number
  status: TurnStatus
  until_ms: number | null
  reason: WaitReason | null
}

/** Unix ms at which the next turn falls due, null when none is waiting for a time. */
export async function nextDueAtMs(db: Database): Promise<number | null> {
  const rows = await db.execute<{ due: number | null }>(sql`select min(due_at_ms) as due from turns where due_at_ms is not null`)
  return rows[0]?.due ?? null
}

/**
 * Makes the first queued turn of every session without an active one due. Ends of turns do this themselves; a turn that is
 * queued in the very moment the one before it ends can be missed, and is found here.
 */
export async function releaseForgottenQueues(db: Database): Promise<number> {
  const rows = await db.execute(sql`
    update turns set due_at_ms = now_ms() where status = 'queued' and due_at_ms is null and id in (
      select distinct on (waiting.session_id) waiting.id from turns waiting
      where waiting.status = 'queued'
        and not exists (
          select 1 from turns other where other.session_id = waiting.session_id
            and (other.status in ('running', 'waiting') or (other.status = 'queued' and other.due_at_ms is not null))
        )
      order by waiting.session_id, waiting.position
    ) returning id`)
  return rows.length
}

/**
 * The node lets go of a turn, if it still holds it: one that runs, or has ended with an attempt still open in its ledger, falls
 * due for whoever comes first after `afterMs`.
 * Harmless when the lease is lost already.
 */
export async function handBack(db: Database, claim: Claim, afterMs: number): Promise<void> {
  await db.execute(sql`
    update turns set lease_owner = null, lease_epoch = lease_epoch + 1,
      due_at_ms = case when status = 'running' or ${attemptOpen()} then now_ms() + ${afterMs} end
    where id = ${claim.turnId} and lease_owner = ${claim.nodeId} and lease_epoch = ${claim.epoch}`)
}

/** What the node holds: turns that run, and such as have ended while an answer of theirs is read on. */
export async function turnsHeldBy(db: Database, nodeId: string): Promise<(Claim & { status: TurnStatus })[]> {
  const rows = await db.execute<{ id: string; epoch: number; status: TurnStatus }>(
    sql`select id, lease_epoch as epoch, status from turns where lease_owner = ${nodeId}`,
  )
  return rows.map(({ id, epoch, status }) => ({ turnId: id, nodeId, epoch, status }))
}

/** Whether the ledger of a row of `turns` has an attempt that nobody has closed. */
export function attemptOpen(): SQL {
  return sql`exists (select from attempts where attempts.turn_id = turns.id and attempts.ended_at_ms is null)`
}
