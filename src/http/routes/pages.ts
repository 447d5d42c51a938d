/** The pages people look at, and what they load (api.md, Models, monitoring, operations). They are text within this program: no files, no build. */
import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { ASSETS, PAGES } from '../../playground/assets.ts'
import type { HttpApp, HttpEnv } from '../env.ts'

/** Nothing but what this origin serves runs, is shown or is spoken to; pictures chosen but not yet sent are blobs. */
const SAME_ORIGIN = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]
const POLICY = [...SAME_ORIGIN, "style-src 'self'", "require-trusted-types-for 'script'"].join('; ')
const POLICIES: Readonly<Record<string, string>> = {
  '/docs': [...SAME_ORIGIN, "style-src 'self'"].join('; '),
}

/** A page names its files by their content, so it must be asked for, and they never again. */
const PAGE_CACHE = 'no-cache'
const ASSET_CACHE = 'public, max-age=31536000, immutable'

/** Serves the pages and their files. No operation of the API, so the OpenAPI document does not have them. */
export function servePages(app: HttpApp): void {
  for (const [path, html] of Object.entries(PAGES)) {
    app.get(path, named(path), compress(), (c) =>
      c.html(html, 200, { 'Cache-Control': PAGE_CACHE, 'Content-Security-Policy': POLICIES[path] ?? POLICY }),
    )
  }
  app.get('/assets/:file', named('/assets/{file}'), compress(), (c) => {
    const asset = ASSETS[c.req.path]
    if (asset === undefined) return c.notFound()
    return c.body(asset.body, 200, { 'Content-Type': asset.type, 'Cache-Control': ASSET_CACHE })
  })
}

/** The route's name, for the log. */
function named(route: string): MiddlewareHandler<HttpEnv> {
  return async function named(c, next) {
    c.set('route', route)
    await next()
  }
}
