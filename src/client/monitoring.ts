/** How the service fares: for dashboards and programs that watch over it. */
import type { Alert, Stats, StatsQuery, TurnEvent, Usage, UsageQuery } from './contract.ts'
import { followEvents } from './follow-events.ts'
import type { Wire } from './wire.ts'

export function monitoringOf(wire: Wire) {
  return {
    /** Figures of a window that ends now, 5 minutes unless told; `series`: over time too. */
    stats: (query: StatsQuery = {}): Promise<Stats> => wire.json('GET', '/v1/stats', { query: { ...query }, repeatable: true }),
    /** Receipts added up, this month's by day unless told. */
    usage: (query: UsageQuery = {}): Promise<Usage> => wire.json('GET', '/v1/usage', { query: { ...query }, repeatable: true }),
    /** What is wrong, and what was within the last day. */
    alerts: async (): Promise<Alert[]> => (await wire.json<{ data: Alert[] }>('GET', '/v1/alerts', { repeatable: true })).data,
    /** What happens to all turns of the tenant, from the first or from `since` (RFC 3339) on, until the signal aborts. */
    events: ({ since, signal }: { since?: string; signal?: AbortSignal } = {}): AsyncIterable<TurnEvent> =>
      followEvents(wire, { path: '/v1/events', query: { since }, signal }),
  }
}
