/** How the service and its upstream fare (api.md, Models, monitoring, operations). */
import { z } from '@hono/zod-openapi'
import { getStats } from '../../services/get-stats.ts'
import { getUsage } from '../../services/get-usage.ts'
import { listAlerts } from '../../services/list-alerts.ts'
import { AlertResource } from '../contract/alert.ts'
import { jsonAnswer } from '../contract/content.ts'
import { StatsQuery, StatsResource } from '../contract/stats.ts'
import { UsageQuery, UsageReport } from '../contract/usage.ts'
import { readQuery } from '../parse/read-request.ts'
import { presentAlert } from '../present/present-alert.ts'
import { presentStats } from '../present/present-stats.ts'
import { presentUsage } from '../present/present-usage.ts'
import type { Route } from '../route.ts'

export const statsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/stats',
    operationId: 'getStats',
    summary: 'How turns, attempts, models, queue and quotas fare',
    description:
      'Counts, rates, latencies, costs, queue, quotas and breakers of a window that ends now. It costs the same however much happened in it.',
    tags: ['Operations'],
    access: 'tenant',
    request: { query: StatsQuery },
    responses: { 200: jsonAnswer(StatsResource, 'The figures, of the key’s tenant; of all tenants for the admin key') },
    errors: ['invalid_request'],
    handle: async (c, { clock }) => {
      const stats = await getStats({ ctx: c.var.services, input: readQuery(c, StatsQuery) })
      return c.json(presentStats(stats, clock.nowMs()))
    },
  },
  {
    method: 'get',
    path: '/v1/usage',
    operationId: 'getUsage',
    summary: 'Receipts, added up by day, model, session or tenant',
    description: 'What ended within a time, and what it cost. Days are UTC. Failures cost nothing; what nobody can tell of stands apart.',
    tags: ['Operations'],
    access: 'tenant',
    request: { query: UsageQuery },
    responses: { 200: jsonAnswer(UsageReport, 'What ended within the time, of the key’s tenant; of all tenants for the admin key') },
    errors: ['invalid_request'],
    handle: async (c) => {
      const { from, to, groupBy } = readQuery(c, UsageQuery)
      return c.json(presentUsage(await getUsage({ ctx: c.var.services, input: { fromMs: from, toMs: to, groupBy } })))
    },
  },
  {
    method: 'get',
    path: '/v1/alerts',
    operationId: 'listAlerts',
    summary: 'What is wrong, and what was within the last day',
    description:
      'Alerts of the key’s tenant and of the installation; of all tenants for the admin key. The rules are listed in docs/monitoring.md.',
    tags: ['Operations'],
    access: 'tenant',
    responses: { 200: jsonAnswer(z.strictObject({ data: z.array(AlertResource) }), 'Alerts that fire first, then the newest') },
    errors: [],
    handle: async (c) => c.json({ data: (await listAlerts({ ctx: c.var.services, input: {} })).map(presentAlert) }),
  },
]
