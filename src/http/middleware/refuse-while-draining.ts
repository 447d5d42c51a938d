/** A process that is about to stop takes on nothing new; another node will. */
import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../../domain/problem.ts'
import type { HttpEnv } from '../env.ts'
import type { HttpConfig } from '../http-config.ts'

/** Long enough for a load balancer to notice, short enough for a person. */
const RETRY_AFTER_MS = 2000

/** Throws `unavailable` while the process drains. For routes that begin work; reading and canceling go on. */
export function refuseWhileDraining({ draining }: HttpConfig): MiddlewareHandler<HttpEnv> {
  return async function refuseWhileDraining(_c, next) {
    if (draining()) throw new RequestError('unavailable', 'This node is about to stop; try again.', { retryAfterMs: RETRY_AFTER_MS })
    await next()
  }
}
