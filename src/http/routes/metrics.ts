/** Metrics for Prometheus (api.md, Authentication: for the admin key, or this machine where no key is set). */
import { EXPOSITION_TYPE, expose, type Metric } from '../../monitoring/exposition.ts'
import { getMetrics } from '../../services/get-metrics.ts'
import type { Route } from '../route.ts'

export const metricsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Metrics in the text format of Prometheus',
    description: 'For the admin key, or this machine where no key is set. The metrics are listed in docs/monitoring.md.',
    tags: ['Operations'],
    access: 'admin',
    responses: {
      200: { description: 'All but `http_*` are the same on every node', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
    errors: [],
    handle: async (c, { config }) => {
      const requests: Metric = {
        name: 'http_request_duration_seconds',
        help: 'From a request to the first byte of its answer, by this process.',
        type: 'histogram',
        histograms: c.var.meter.histograms(),
      }
      const build: Metric = {
        name: 'pentimento_build_info',
        help: 'Always 1.',
        type: 'gauge',
        samples: [{ labels: { version: config.version }, value: 1 }],
      }
      const metrics = [...(await getMetrics({ ctx: c.var.services, input: {} })), requests, build]
      return c.body(expose(metrics), 200, { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store' })
    },
  },
]
