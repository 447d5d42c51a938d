/** How long answers take, until their first byte: streams and waits go on for as long as they are asked to. */
import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../../domain/ports.ts'
import type { RequestMeter } from '../../monitoring/request-meter.ts'
import type { HttpEnv } from '../env.ts'

export function measureRequests({ clock, meter }: { clock: Clock; meter: RequestMeter }): MiddlewareHandler<HttpEnv> {
  return async function measureRequests(c, next) {
    c.set('meter', meter)
    const startedAtMs = clock.nowMs()
    await next()
    meter.observe({ method: c.req.method, route: c.var.route ?? 'none', status: c.res.status }, (clock.nowMs() - startedAtMs) / 1_000)
  }
}
