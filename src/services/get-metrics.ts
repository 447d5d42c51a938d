import { listAlertRows } from '../db/alert-queries.ts'
import { countOpenTurns, readQueue } from '../db/queue-queries.ts'
import type { BreakerPhase } from '../engine/breaker.ts'
import type { Metric } from '../monitoring/exposition.ts'
import { readAllTime } from '../monitoring/read-tallies.ts'
import { upstreamMetrics } from '../monitoring/upstream-metrics.ts'
import type { Verb } from './context.ts'
import { degradedStrategies, readLinks } from './upstream-links.ts'

const BREAKER_VALUE: Readonly<Record<BreakerPhase, number>> = { closed: 0, half_open: 1, probing: 1, open: 2 }

/** Metrics of the whole installation, the same whichever node is asked. */
export const getMetrics: Verb<Record<string, never>, Metric[]> = async ({ ctx }) => {
  const nowMs = ctx.clock.nowMs()
  const [tallies, open, queue, links, alerts] = await Promise.all([
    readAllTime(ctx.db, 'all'),
    countOpenTurns(ctx.db),
    readQueue(ctx.db, null),
    readLinks(ctx, nowMs),
    listAlertRows(ctx.db, null, nowMs),
  ])
  const firing = Map.groupBy(alerts, ({ rule, severity }) => JSON.stringify({ rule, severity }))
  const gauge = (name: string, help: string, samples: { labels: Record<string, string>; value: number }[]): Metric => {
    return { name, help, type: 'gauge', samples }
  }
  const statuses = (['queued', 'running', 'waiting'] as const).map((status) => ({ labels: { status }, value: open.get(status) ?? 0 }))
  return [
    ...upstreamMetrics(tallies),
    gauge('turns_in_flight', 'Turns that have not ended, by status.', statuses),
    gauge('queue_depth', 'Turns that wait, but for those told to wait.', [{ labels: {}, value: queue.depth }]),
    gauge('queue_oldest_seconds', 'Age of the oldest of them.', [
      { labels: {}, value: queue.oldestSinceMs === null ? 0 : Math.max(0, nowMs - queue.oldestSinceMs) / 1_000 },
    ]),
    gauge(
      'upstream_breaker_state',
      '0 closed, 1 half-open or probing, 2 open.',
      links.map(({ endpoint, model, breaker }) => ({ labels: { endpoint: endpoint.id, model }, value: BREAKER_VALUE[breaker] })),
    ),
    gauge('degraded_mode', '1 while some strategy starts on a fallback.', [
      { labels: {}, value: degradedStrategies(ctx.catalogue, links).length > 0 ? 1 : 0 },
    ]),
    gauge(
      'alerts_firing',
      'Alerts that fire, by rule.',
      [...firing].map(([labels, rows]) => ({ labels: JSON.parse(labels) as Record<string, string>, value: rows.length })),
    ),
  ]
}
