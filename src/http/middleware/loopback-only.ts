/** Where nobody needs a key, only this machine may call; a page of another site that renames itself to it may not (DNS rebinding). */
import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../env.ts'
import { invalidRequest } from '../parse/field-errors.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Throws `invalid_request` for a Host that does not name this machine. */
export const loopbackOnly: MiddlewareHandler<HttpEnv> = (c, next) => {
  if (LOOPBACK.test(new URL(c.req.url).hostname)) return next()
  throw invalidRequest([
    { path: 'Host', message: 'without API_KEYS or ADMIN_API_KEY only localhost is served; set a key to be reached by another name' },
  ])
}
