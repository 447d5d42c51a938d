/** Probes: whether the process lives, and whether it should be given requests. */
import { jsonAnswer } from '../contract/content.ts'
import { Liveness, ReadinessResource } from '../contract/health.ts'
import type { Route } from '../route.ts'

export const healthRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'getLiveness',
    summary: 'Whether the process lives',
    description:
      'Answers as long as the process does. It asks nothing of the database: a node that cannot reach it must not be killed for that.',
    tags: ['Operations'],
    access: 'open',
    responses: { 200: jsonAnswer(Liveness, 'It does') },
    errors: [],
    handle: (c, { config }) => c.json({ status: 'ok', version: config.version }),
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether requests should be sent here',
    description: 'Answers 503 while the database cannot be reached, and from the moment on that the node is about to stop.',
    tags: ['Operations'],
    access: 'open',
    responses: { 200: jsonAnswer(ReadinessResource, 'They should'), 503: jsonAnswer(ReadinessResource, 'They should not') },
    errors: [],
    handle: async (c, { config, readiness }) => {
      const { ready, checks } = await readiness()
      const here = ready && !config.draining()
      return c.json(
        { ready: here, checks: config.draining() ? { ...checks, draining: 'this node is about to stop' } : checks },
        here ? 200 : 503,
      )
    },
  },
]
