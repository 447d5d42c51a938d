/**
 * What an answer may do when a browser shows it as a page: nothing; and who may keep it: nobody. Pages that are meant to be shown,
 * and files that are meant to be kept, say so themselves.
 */
import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from '../env.ts'

/** Styles are let be: browsers style the picture or text they show by themselves. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'Cache-Control': 'no-store',
}

export const safeDefaults: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(DEFAULTS)) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
}
