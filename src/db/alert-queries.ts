/** Where alerts stand: one row each, moved on by whichever node judges, told of once by whichever node comes to it. */
import { and, desc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { Alert, AlertSeverity } from '../domain/alert.ts'
import type { Database } from './connect.ts'
import { alerts } from './schema.ts'

export interface Holding {
  rule: string
  tenantId: string
  subject: string
  severity: AlertSeverity
  value: number
  threshold: number
  forMs: number
}

/** Notes which conditions hold at `nowMs` (Unix ms), and that all others do not. */
export async function noteHolding(db: Database, holding: readonly Holding[], nowMs: number): Promise<void> {
  await db.execute(sql`
    with holding as (
      select * from json_to_recordset(${JSON.stringify(holding)}::json) as holding(rule text, "tenantId" text, subject text, severity text,
        value float8, threshold float8, "forMs" bigint)
    ), over as (
      update alerts set resolved_at_ms = case when state = 'firing' then ${nowMs} else resolved_at_ms end, state = 'resolved'
      where state <> 'resolved' and not exists (
        select 1 from holding where holding.rule = alerts.rule and "tenantId" = alerts.tenant_id and holding.subject = alerts.subject
      )
    )
    insert into alerts (rule, tenant_id, subject, severity, state, since_ms, value, threshold)
    select rule, "tenantId", subject, severity, case when "forMs" = 0 then 'firing' else 'pending' end, ${nowMs}, value, threshold
    from holding order by rule, "tenantId", subject
    on conflict (rule, tenant_id, subject) do update set severity = excluded.severity, value = excluded.value, threshold = excluded.threshold,
      since_ms = case when alerts.state = 'resolved' then excluded.since_ms else alerts.since_ms end,
      state = case
        when alerts.state = 'resolved' then excluded.state
        when alerts.state = 'pending' and ${nowMs} - alerts.since_ms >= (
          select "forMs" from holding where holding.rule = alerts.rule and "tenantId" = alerts.tenant_id and holding.subject = alerts.subject
        ) then 'firing'
        else alerts.state
      end`)
}

/**
 * Takes those that have begun or ceased to fire since they were last taken, each for one caller only, and counts them as told:
 * what is done with them belongs in the same transaction. What fired and ceased in between is passed over.
 */
export async function takeUntold(db: Database): Promise<Alert[]> {
  const untold = await db
    .select()
    .from(alerts)
    .where(sql`state in ('firing', 'resolved') and state is distinct from coalesce(told_state, 'resolved')`)
    .for('update', { skipLocked: true })
  for (const row of untold) {
    await db
      .update(alerts)
      .set({ toldState: row.state === 'firing' ? 'firing' : 'resolved' })
      .where(and(eq(alerts.rule, row.rule), eq(alerts.tenantId, row.tenantId), eq(alerts.subject, row.subject)))
  }
  return untold.map(toAlert)
}

/** Those that fire, and those that did since `sinceMs`, newest first: of one tenant and the installation as a whole, or (null) all. */
export async function listAlertRows(db: Database, tenantId: string | null, sinceMs: number): Promise<Alert[]> {
  const rows = await db
    .select()
    .from(alerts)
    .where(
      and(
        or(eq(alerts.state, 'firing'), and(eq(alerts.state, 'resolved'), gt(alerts.resolvedAtMs, sinceMs))),
        tenantId === null ? undefined : inArray(alerts.tenantId, ['', tenantId]),
      ),
    )
    .orderBy(alerts.state, desc(alerts.sinceMs))
  return rows.map(toAlert)
}

export async function forgetAlertsBefore(db: Database, beforeMs: number): Promise<void> {
  await db.execute(sql`delete from alerts where state = 'resolved' and coalesce(resolved_at_ms, since_ms) < ${beforeMs}`)
}

function toAlert({ state, tenantId, subject, toldState: _, ...row }: typeof alerts.$inferSelect): Alert {
  return { ...row, state: state === 'firing' ? 'firing' : 'resolved', tenantId: tenantId || null, subject: subject || null }
}
