/**
 * Where nobody needs a key, only this machine may call, and not pages of other sites that its browser shows: neither by renaming
 * themselves to it (DNS rebinding), nor by sending what browsers send unasked (a form, an upload).
 */
import type { MiddlewareHandler } from 'hono'
import type { HttpContext, HttpEnv } from '../env.ts'
import type { HttpConfig } from '../http-config.ts'
import { invalidRequest } from '../parse/field-errors.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Throws `invalid_request` for a Host that does not name this machine, and for changes that a page not in `corsOrigins` asks for. */
export function loopbackOnly({ corsOrigins }: Pick<HttpConfig, 'corsOrigins'>): MiddlewareHandler<HttpEnv> {
  return async function loopbackOnly(c, next) {
    if (!LOOPBACK.test(new URL(c.req.url).hostname)) {
      throw invalidRequest([
        { path: 'Host', message: 'without API_KEYS or ADMIN_API_KEY only localhost is served; set a key to be reached by another name' },
      ])
    }
    if (changesFromElsewhere(c, corsOrigins)) {
      throw invalidRequest([
        {
          path: 'Origin',
          message: 'without API_KEYS or ADMIN_API_KEY pages of other sites change nothing here, unless CORS_ORIGINS lists them',
        },
      ])
    }
    await next()
  }
}

/** Browsers say where a request comes from, and no page can make them say otherwise (W3C Fetch Metadata). */
function changesFromElsewhere(c: HttpContext, corsOrigins: readonly string[]): boolean {
  if (READING.has(c.req.method) || c.req.header('Sec-Fetch-Site') !== 'cross-site') return false
  const origin = c.req.header('Origin') ?? ''
  return !corsOrigins.includes('*') && !corsOrigins.includes(origin)
}
