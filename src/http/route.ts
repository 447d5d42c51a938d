/** Operations as data: what each takes and answers, who may use it, and the handler that does it. */
import type { RouteConfig } from '@hono/zod-openapi'
import { scopeOf } from '../domain/key.ts'
import type { RequestErrorCode } from '../domain/problem.ts'
import { problemResponses } from './contract/problem.ts'
import { KEY_SCHEME, QUERY_TOKEN_SCHEME, TOKEN_SCHEME } from './contract/security.ts'
import type { HttpApp, HttpContext, RouteDeps } from './env.ts'
import { type Access, createAuthentication } from './middleware/authenticate.ts'
import { refuseWhileDraining } from './middleware/refuse-while-draining.ts'

export interface Route extends RouteConfig {
  operationId: string
  tags: string[]
  summary: string
  description: string
  access: Access
  /** Begins work, so a draining node refuses it. */
  startsWork?: boolean
  /** Codes it may answer besides those its access brings along. */
  errors: readonly RequestErrorCode[]
  handle(c: HttpContext, deps: RouteDeps): Response | Promise<Response>
}

const FOR_ADMINS: readonly RequestErrorCode[] = ['unauthorized', 'not_found', 'internal']
const BEHIND_A_KEY: readonly RequestErrorCode[] = [...FOR_ADMINS, 'forbidden', 'too_many_requests']

/** What each kind of access adds to an operation: codes, and security requirements of which one must be met. */
const ACCESS: Readonly<Record<Access, { errors: readonly RequestErrorCode[]; security: Record<string, string[]>[] }>> = {
  open: { errors: ['internal'], security: [] },
  tenant: { errors: BEHIND_A_KEY, security: [{ [KEY_SCHEME]: [] }] },
  admin: { errors: FOR_ADMINS, security: [{ [KEY_SCHEME]: [] }] },
  session: { errors: BEHIND_A_KEY, security: [{ [KEY_SCHEME]: [] }, { [TOKEN_SCHEME]: [] }, { [QUERY_TOKEN_SCHEME]: [] }] },
  signed: { errors: BEHIND_A_KEY, security: [{ [KEY_SCHEME]: [] }, { [TOKEN_SCHEME]: [] }, { [QUERY_TOKEN_SCHEME]: [] }, {}] },
}

/** Every code that a route may answer. */
export function codesOf({ access, startsWork, errors }: Route): RequestErrorCode[] {
  return [...new Set([...errors, ...ACCESS[access].errors, ...(startsWork ? (['unavailable'] as const) : [])])]
}

/** What the OpenAPI document says of a route. */
export function operationOf(route: Route): RouteConfig {
  const { access, startsWork: _work, errors: _errors, handle: _handle, responses, ...documented } = route
  return { ...documented, responses: { ...responses, ...problemResponses(codesOf(route)) }, security: ACCESS[access].security }
}

/**
 * Serves `routes`. Bodies, queries and headers are parsed by the handlers, with the schemas documented: the validators of
 * @hono/zod-openapi hold whole bodies in memory, and uploads are streamed.
 */
export function serveRoutes(app: HttpApp, deps: RouteDeps, routes: readonly Route[]): void {
  const authenticate = createAuthentication(deps)
  for (const { method, path, access, startsWork, handle } of routes) {
    app.on(
      method.toUpperCase(),
      path.replaceAll(/{(\w+)}/g, ':$1'),
      async (c, next) => {
        c.set('route', path)
        await next()
      },
      startsWork ? refuseWhileDraining(deps.config) : (_c, next) => next(),
      authenticate(access, scopeOf(method)),
      (c) => handle(c, deps),
    )
  }
}
