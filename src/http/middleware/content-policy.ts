/** What an answer may do when a browser shows it as a page: nothing. Pages that are meant to be shown bring a policy of their own. */
import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../env.ts'

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/** Styles are let be: browsers style the picture or text they show by themselves. */
export const contentPolicy: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next()
  if (!c.res.headers.has('Content-Security-Policy')) c.res.headers.set('Content-Security-Policy', POLICY)
}
