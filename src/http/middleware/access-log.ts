/** One structured line per request, once its last byte is out. Patterns instead of paths: those may hold tokens. */
import type { MiddlewareHandler } from 'hono'
import type { Clock, Logger } from '../../domain/ports.ts'
import type { HttpContext, HttpEnv } from '../env.ts'
import { countedStream } from '../stream.ts'

/** Logs `request` with method, route, status, ms, tenant, key and bytes answered; `cut` when the client left before the end. */
export function accessLog({ clock, logger }: { clock: Clock; logger: Logger }): MiddlewareHandler<HttpEnv> {
  return async function accessLog(c, next) {
    const startedAtMs = clock.nowMs()
    await next()
    const finish = (bytes: number, whole: boolean) => {
      logger.info('request', { ...describe(c), bytes, ms: clock.nowMs() - startedAtMs, ...(whole ? {} : { cut: true }) })
    }
    const { body } = c.res
    if (body === null || c.req.method === 'HEAD') return finish(0, true)
    const answer = c.res
    c.res = undefined
    c.res = new Response(countedStream(body, finish), answer)
  }
}

function describe(c: HttpContext) {
  return {
    requestId: c.var.requestId,
    method: c.req.method,
    route: c.var.route ?? 'none',
    status: c.res.status,
    tenant: c.var.principal?.tenantId,
    keyId: c.var.principal?.keyId,
  }
}
