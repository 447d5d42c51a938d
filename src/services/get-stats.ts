import { type Queue, readQueue } from '../db/queue-queries.ts'
import type { Strategy } from '../domain/session.ts'
import type { BreakerPhase } from '../engine/breaker.ts'
import { type QuotaUse, quotaUse } from '../engine/quota-use.ts'
import { type Figures, figuresOf } from '../monitoring/figures.ts'
import { readWindow } from '../monitoring/read-tallies.ts'
import { type Series, seriesOf } from '../monitoring/series.ts'
import { STEP_MS, WINDOW_MS, type Window, windowBeginsMs } from '../monitoring/windows.ts'
import type { Verb } from './context.ts'
import { visibleTenant } from './scope.ts'
import { degradedStrategies, readLinks } from './upstream-links.ts'

/** `breaker` is null where the endpoint is no longer configured. */
export type ModelFigures = Figures & { model: string; endpoint: string; breaker: BreakerPhase | null }

export type Stats = Figures & {
  window: Window
  sinceMs: number
  queue: Queue
  /** Strategies whose turns start on a fallback at once, since the breaker of their first model is not closed. */
  degradedStrategies: Strategy[]
  quotas: (QuotaUse & { project: string; model: string })[]
  models: ModelFigures[]
  /** Null unless asked for. */
  series: Series | null
}

/** How the caller's turns fared in a window that ends now, or everyone's for the admin. Breakers and quotas are shared by all. */
export const getStats: Verb<{ window: Window; series: boolean }, Stats> = async ({ ctx, input: { window, series } }) => {
  const nowMs = ctx.clock.nowMs()
  const sinceMs = windowBeginsMs(WINDOW_MS[window], nowMs)
  const stepMs = STEP_MS[window]
  const tenantId = visibleTenant(ctx)
  const [tallies, queue] = await Promise.all([
    readWindow(ctx.db, tenantId === null ? 'all' : { tenantId }, sinceMs, nowMs, series ? stepMs : undefined),
    readQueue(ctx.db, tenantId),
  ])
  const asked = tallies.filter(({ model }) => model !== '')
  const links = await readLinks(ctx, nowMs, [...new Set(asked.map(({ model }) => model))])
  const byLink = Map.groupBy(asked, ({ endpointId, model }) => linkName(endpointId, model))
  const shown = new Map<string, Pick<ModelFigures, 'model' | 'endpoint' | 'breaker'>>()
  for (const { endpointId, model } of asked) shown.set(linkName(endpointId, model), { model, endpoint: endpointId, breaker: null })
  for (const { endpoint, model, breaker } of links) shown.set(linkName(endpoint.id, model), { model, endpoint: endpoint.id, breaker })
  const byQuota = new Map(links.map((link) => [link.key, link]))
  return {
    window,
    sinceMs,
    ...figuresOf(tallies),
    queue,
    degradedStrategies: degradedStrategies(ctx.catalogue, links),
    quotas: [...byQuota.values()].map(({ endpoint, model, state }) => ({
      project: endpoint.project,
      model,
      ...quotaUse(state.quota, endpoint.limits, ctx.policies.quota, nowMs),
    })),
    models: [...shown].map(([name, link]) => ({ ...link, ...figuresOf(byLink.get(name) ?? []) })),
    series: series ? seriesOf(tallies, { sinceMs, nowMs, stepMs }) : null,
  }
}

function linkName(endpointId: string, model: string): string {
  return `${endpointId} ${model}`
}
