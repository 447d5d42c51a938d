/** Stats, from the services to the wire. */
import type { z } from '@hono/zod-openapi'
import type { Series } from '../../monitoring/series.ts'
import { toIso } from '../../runtime/instant.ts'
import type { Stats } from '../../services/get-stats.ts'
import type { StatsResource, StatsSeries } from '../contract/stats.ts'
import { isoOrNull } from './iso-or-null.ts'

export function presentStats({ sinceMs, queue, quotas, series, ...stats }: Stats, nowMs: number): z.input<typeof StatsResource> {
  return {
    ...stats,
    since: toIso(sinceMs),
    queue: { depth: queue.depth, oldestMs: queue.oldestSinceMs === null ? 0 : Math.max(0, nowMs - queue.oldestSinceMs) },
    degradedMode: stats.degradedStrategies.length > 0,
    quotas: quotas.map(({ untilMs, ...quota }) => ({ ...quota, until: isoOrNull(untilMs) })),
    ...(series === null ? {} : { series: presentSeries(series) }),
  }
}

function presentSeries({ stepMs, points }: Series): z.input<typeof StatsSeries> {
  return { stepMs, points: points.map(({ fromMs, ...figures }) => ({ from: toIso(fromMs), ...figures })) }
}
