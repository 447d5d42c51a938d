/** Requests a minute, of tenants that may not make any number. */
import { RequestError } from '../../domain/problem.ts'
import type { Principal } from '../../services/context.ts'
import type { AppDeps, HttpContext } from '../env.ts'
import { rateLimitHeaders } from '../present/rate-limit-headers.ts'

/** Counts the request, and says in its answer what is left. Throws `too_many_requests`. Admins are not counted: they set the limits. */
export async function limitRequests(c: HttpContext, { doorkeeper }: AppDeps, { kind, tenantId }: Principal): Promise<void> {
  const counted = kind === 'admin' ? null : await doorkeeper.countRequest(tenantId)
  if (counted === null) return
  const { refused, standing } = counted
  for (const [name, value] of Object.entries(rateLimitHeaders(standing))) c.header(name, value)
  if (!refused) return
  const { max, resetMs } = standing
  throw new RequestError('too_many_requests', `This tenant may make ${max} requests a minute, and has made them.`, {
    limit: standing,
    ...(resetMs === null ? {} : { retryAfterMs: resetMs }),
  })
}
