/** The HTTP application: every middleware and route, the same on Node and on Workers. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { cors } from 'hono/cors'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { makeId } from '../domain/ids.ts'
import { RequestError } from '../domain/problem.ts'
import { createRequestMeter } from '../monitoring/request-meter.ts'
import type { AppDeps, HttpApp, HttpEnv } from './env.ts'
import { answerError, problemResponse } from './error-response.ts'
import { accessLog } from './middleware/access-log.ts'
import { loopbackOnly } from './middleware/loopback-only.ts'
import { measureRequests } from './middleware/measure-requests.ts'
import { safeDefaults } from './middleware/safe-defaults.ts'
import { traceRequests } from './middleware/trace-requests.ts'
import { serveOpenApi } from './open-api.ts'
import { createLargeBodies } from './parse/large-bodies.ts'
import { serveRoutes } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { eventRoutes } from './routes/events.ts'
import { exportRoutes } from './routes/export.ts'
import { healthRoutes } from './routes/health.ts'
import { importRoutes } from './routes/import.ts'
import { keyRoutes } from './routes/keys.ts'
import { mediaRoutes } from './routes/media.ts'
import { mediaContentRoutes } from './routes/media-content.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { modelRoutes } from './routes/models.ts'
import { servePages } from './routes/pages.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { statsRoutes } from './routes/stats.ts'
import { submitTurnRoutes } from './routes/submit-turn.ts'
import { tenantRoutes } from './routes/tenants.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { turnRoutes } from './routes/turns.ts'

export const ROUTES = [
  ...sessionRoutes,
  ...exportRoutes,
  ...importRoutes,
  ...tokenRoutes,
  ...submitTurnRoutes,
  ...turnRoutes,
  ...eventRoutes,
  ...mediaRoutes,
  ...mediaContentRoutes,
  ...modelRoutes,
  ...statsRoutes,
  ...tenantRoutes,
  ...keyRoutes,
  ...auditRoutes,
  ...metricsRoutes,
  ...healthRoutes,
]

/** Response headers that scripts of other origins may read. */
const EXPOSED_HEADERS = [
  'Location',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Preference-Applied',
  'Idempotent-Replayed',
  'ETag',
  'Content-Range',
  'X-Request-Id',
  'WWW-Authenticate',
]

/** The application. Give its `fetch` to a server; it needs nothing else of the platform. */
export function createApp(deps: AppDeps): HttpApp {
  const { config, clock, random, logger } = deps
  const app: HttpApp = new OpenAPIHono<HttpEnv>()
  app.use(requestId({ generator: () => makeId('req', clock.nowMs(), random.bytes(10)) }))
  if (deps.tracer !== null) app.use(traceRequests({ tracer: deps.tracer, clock, random }))
  app.use(measureRequests({ clock, meter: createRequestMeter() }))
  app.use(accessLog({ clock, logger }))
  if (config.apiKeys.length === 0 && config.adminKey === null) app.use(loopbackOnly(config))
  app.use(secureHeaders({ crossOriginResourcePolicy: false }))
  app.use(safeDefaults)
  if (config.corsOrigins.length > 0) {
    app.use(cors({ origin: [...config.corsOrigins], exposeHeaders: EXPOSED_HEADERS, maxAge: 600 }))
  }
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return problemResponse(c, new RequestError('method_not_allowed', `This path takes ${methods.join(', ')}.`).problem)
      },
    }),
  )
  app.onError((error, c) => answerError(error, c, logger))
  app.notFound((c) => problemResponse(c, new RequestError('not_found', 'There is nothing at this path.').problem))
  serveRoutes(app, { ...deps, largeBodies: createLargeBodies() }, ROUTES)
  serveOpenApi(app, ROUTES, config)
  servePages(app)
  return app
}
