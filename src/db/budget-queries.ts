/**
 * What is left of budgets. Nothing counts along: what is spent stands in the ledger, what is held in the rows of turns still open,
 * so that a crash can neither lose nor free any of it. Whoever decides by these figures holds the locks until it has written.
 */
import { sql } from 'drizzle-orm'
import type { Database } from './connect.ts'
import type { Claim } from './turn-leases.ts'

export interface Budget {
  whose: 'session' | 'tenant'
  budgetUsd: number
  /** Cost of what ended, what may have been billed included: in the session's life; of a tenant in this calendar month. */
  spentUsd: number
  /** For other turns that are open, or whose answer is still being read. */
  heldUsd: number
}

/** Amounts a session and its tenant may spend, in USD; null: any. Locks both rows, the session first, as all do who lock both. */
export async function lockBudgets(
  db: Database,
  sessionId: string,
  tenantId: string,
): Promise<{ session: number | null; tenant: number | null }> {
  const session = await db.execute<{ usd: string | null }>(
    sql`select budget_usd as usd from sessions where id = ${sessionId} for no key update`,
  )
  const tenant = await db.execute<{ usd: string | null }>(
    sql`select budget_usd as usd from tenants where id = ${tenantId} for no key update`,
  )
  const amount = (usd: string | null | undefined) => (usd == null ? null : Number(usd))
  return { session: amount(session[0]?.usd), tenant: amount(tenant[0]?.usd) }
}

export async function sessionSpending(db: Database, sessionId: string, exceptTurnId: string): Promise<Omit<Budget, 'whose' | 'budgetUsd'>> {
  return figures(
    await db.execute<Row>(sql`
      select (select sum(${atMost}) from attempts join turns on turns.id = attempts.turn_id where turns.session_id = ${sessionId}) as spent,
        (select sum(reserved_usd) from turns where session_id = ${sessionId} and id <> ${exceptTurnId} and ${open}) as held`),
  )
}

/** Deleted sessions included: their cost stays in the tallies. `monthMs`: Unix ms at which the month began. */
export async function tenantSpending(
  db: Database,
  tenantId: string,
  exceptTurnId: string,
  monthMs: number,
): Promise<Omit<Budget, 'whose' | 'budgetUsd'>> {
  return figures(
    await db.execute<Row>(sql`
      select (select sum(cost_micros + coalesce((counts->>'maybeMicros')::bigint, 0)) / 1000000.0 from tallies where tenant_id = ${tenantId} and span_ms = 86400000 and from_ms >= ${monthMs}) as spent,
        (select sum(${atMost}) from attempts where tenant_id = ${tenantId} and not tallied and ended_at_ms is not null and ended_at_ms >= ${monthMs}) as fresh,
        (select sum(reserved_usd) from turns where tenant_id = ${tenantId} and id <> ${exceptTurnId} and ${open}) as held`),
  )
}

/** Holds this much for a running turn from here on. */
export async function setReserved(db: Database, claim: Claim, reservedUsd: number): Promise<void> {
  await db.execute(sql`
    update turns set reserved_usd = ${reservedUsd.toFixed(6)} where id = ${claim.turnId} and lease_owner = ${claim.nodeId}
      and lease_epoch = ${claim.epoch} and reserved_usd is distinct from ${reservedUsd.toFixed(6)}`)
}

/** A turn that ended in the midst of an attempt keeps its owner while the answer is read on: it may still cost. */
const open = sql`(status in ('queued', 'running', 'waiting') or lease_owner is not null)`

/**
 * What an attempt cost, or may have: one that may be billed counts as planned, or else deleting and canceling in mid-attempt would
 * get pictures past a budget.
 */
const atMost = sql`(attempts.cost_usd + case when attempts.billed = 'maybe' and attempts.ended_at_ms is not null then coalesce(attempts.estimated_usd, 0) else 0 end)`

interface Row extends Record<string, unknown> {
  spent: string | null
  fresh?: string | null
  held: string | null
}

function figures([row]: readonly Row[]): { spentUsd: number; heldUsd: number } {
  return { spentUsd: Number(row?.spent ?? 0) + Number(row?.fresh ?? 0), heldUsd: Number(row?.held ?? 0) }
}
