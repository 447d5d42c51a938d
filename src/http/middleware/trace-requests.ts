/** The span of each request, and with it where the turn it makes will hang (W3C Trace Context). */
import type { MiddlewareHandler } from 'hono'
import type { Clock, Random, Tracer } from '../../domain/ports.ts'
import { formatTraceParent, parseTraceParent } from '../../domain/trace.ts'
import type { HttpEnv } from '../env.ts'

/** Asked for every few seconds, by machines. */
const UNTRACED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/** Continues the caller's trace, as it decided whether to sample; else begins one. */
export function traceRequests(deps: { tracer: Tracer; clock: Clock; random: Random }): MiddlewareHandler<HttpEnv> {
  const { tracer, clock, random } = deps
  return async function traceRequests(c, next) {
    const caller = parseTraceParent(c.req.header('traceparent'))
    const traceId = caller?.traceId ?? hex(random.bytes(16))
    if (UNTRACED.has(c.req.path) || !(caller?.sampled ?? tracer.samples(traceId))) return next()
    const spanId = hex(random.bytes(8))
    const startedAtMs = clock.nowMs()
    c.set('traceParent', formatTraceParent({ traceId, spanId, sampled: true }))
    await next()
    const { method } = c.req
    const route = c.var.route ?? 'none'
    const { status } = c.res
    const attributes = { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status }
    const span = { name: `${method} ${route}`, kind: 'server', traceId, spanId, parentSpanId: caller?.spanId ?? null } as const
    tracer.record({ ...span, startedAtMs, endedAtMs: clock.nowMs(), failed: status >= 500, attributes })
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
