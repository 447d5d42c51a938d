/** The types every route and middleware shares. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Clock, Logger, MediaUrls, Random, Tracer } from '../domain/ports.ts'
import type { RequestMeter } from '../monitoring/request-meter.ts'
import type { Principal, ServiceContext } from '../services/context.ts'
import type { Doorkeeper } from '../services/doorkeeper.ts'
import type { HttpConfig } from './http-config.ts'
import type { LargeBodies } from './parse/large-bodies.ts'

export interface HttpEnv {
  Variables: {
    requestId: string
    /** The route's pattern, for the log: raw paths may carry tokens. */
    route: string
    /** `traceparent` below which this request's doings hang; absent where it is not traced. */
    traceParent?: string
    /** Of this process. */
    meter: RequestMeter
    /** Set by the routes that ask who calls; absent on open ones. */
    principal: Principal
    services: ServiceContext
  }
}

export type HttpContext = Context<HttpEnv>
export type HttpApp = OpenAPIHono<HttpEnv>

export interface RequestInfo {
  requestId: string
  traceParent: string | null
  /** The platform's bindings: nothing on Node, a Worker's `env` there. */
  bindings: unknown
}

export interface Readiness {
  ready: boolean
  /** What was looked at, each `ok` or what is wrong with it; shown to anyone, so no secrets. */
  checks: Readonly<Record<string, string>>
}

/** What a route is given: the application's own parts, and what its routes share. */
export interface RouteDeps extends AppDeps {
  largeBodies: LargeBodies
}

export interface AppDeps {
  /** Composed once per process on Node, once per request on a Worker. */
  servicesFor(request: RequestInfo, principal: Principal): ServiceContext | Promise<ServiceContext>
  readiness(): Promise<Readiness>
  doorkeeper: Doorkeeper
  config: HttpConfig
  mediaUrls: MediaUrls
  tracer: Tracer | null
  clock: Clock
  random: Random
  logger: Logger
}
