import { forgetAlertsBefore, noteHolding, takeUntold } from '../db/alert-queries.ts'
import type { Database } from '../db/connect.ts'
import type { Alert } from '../domain/alert.ts'
import type { AlertOutlet, Logger } from '../domain/ports.ts'
import { quotaUse } from '../engine/quota-use.ts'
import { ALERT_RULES, type AlertRule } from '../monitoring/alert-rules.ts'
import { judgeAlerts, type WatchedModel } from '../monitoring/judge-alerts.ts'
import { readWindow, type Tally } from '../monitoring/read-tallies.ts'
import { windowBeginsMs } from '../monitoring/windows.ts'
import type { Installation } from './context.ts'
import { readLinks } from './upstream-links.ts'

const KEPT_MS = 7 * 86_400_000

/**
 * Judges the rules, and tells of what began or ceased to fire: in the log, and by the outlet where there is one. Run by the
 * clock on any node; each change is told once.
 */
export async function watchAlerts(
  inst: Installation,
  outlet: AlertOutlet<Database> | null,
  rules: readonly AlertRule[] = ALERT_RULES,
): Promise<void> {
  const { db, clock, logger } = inst
  const nowMs = clock.nowMs()
  const tallies = new Map<number, Tally[]>()
  for (const windowMs of new Set(rules.map((rule) => rule.windowMs))) {
    if (windowMs > 0) tallies.set(windowMs, await readWindow(db, 'each', windowBeginsMs(windowMs, nowMs), nowMs))
  }
  const findings = judgeAlerts(rules, (windowMs) => tallies.get(windowMs) ?? [], await watchedModels(inst, nowMs))
  const holding = findings.map(({ rule: { rule, severity, beyond, forMs }, ...found }) => {
    return { rule, severity, forMs, threshold: beyond.threshold, ...found }
  })
  await noteHolding(db, holding, nowMs)
  await db.transaction(async (tx) => {
    const untold = await takeUntold(tx)
    for (const alert of untold) tell(logger, alert)
    if (outlet !== null && untold.length > 0) await outlet.enqueue(tx, untold)
  })
  await forgetAlertsBefore(db, nowMs - KEPT_MS)
}

async function watchedModels(inst: Installation, nowMs: number): Promise<WatchedModel[]> {
  const links = await readLinks(inst, nowMs)
  const byKey = new Map(links.map((link) => [link.key, link]))
  return [...byKey.values()].map(({ endpoint, model, state, breaker }) => ({
    project: endpoint.project,
    model,
    breakerClosed: breaker === 'closed',
    dayQuotaGone: quotaUse(state.quota, endpoint.limits, inst.policies.quota, nowMs).state === 'day',
  }))
}

const LEVEL = { info: 'info', warning: 'warn', error: 'error' } as const

function tell(logger: Logger, { rule, severity, state, tenantId, subject, value, threshold }: Alert): void {
  const level = state === 'resolved' ? 'info' : LEVEL[severity]
  logger[level](`alert.${state}`, { rule, severity, tenant: tenantId, subject, value, threshold })
}
