/** Who calls, and whether this route is for them (api.md, Authentication). */
import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../../domain/problem.ts'
import type { Principal } from '../../services/context.ts'
import type { AppDeps, HttpContext, HttpEnv, RequestInfo } from '../env.ts'
import { TENANT_PARAMETER } from '../present/media-links.ts'
import { readSessionToken } from '../session-token.ts'
import { createKeyRing, type KeyRing, LOCAL_TENANT } from './api-keys.ts'

/**
 * Who may use a route: `open`: anyone, unasked; `tenant`: keys; `session`: keys, and the session's tokens; `signed`: these,
 * and whoever holds the signed address; `admin`: the admin key, or anyone where no key is set, which only this machine reaches.
 */
export type Access = 'open' | 'tenant' | 'session' | 'signed' | 'admin'

/** A middleware for each kind of route. Sets `principal` and `services`; throws `unauthorized`, or `not_found` beyond a token's reach. */
export function createAuthentication(deps: AppDeps): (access: Access) => MiddlewareHandler<HttpEnv> {
  const keys = createKeyRing(deps.config)
  return (access) =>
    async function authenticate(c, next) {
      if (access === 'open') return next()
      const principal = (access === 'signed' && (await bySignature(c, deps))) || (await byKeyOrToken(c, deps, keys))
      if (principal === null) throw new RequestError('unauthorized', 'Send a valid key: Authorization: Bearer <key>.')
      if (principal.kind === 'session' && !reaches(c, access, principal))
        throw new RequestError('not_found', 'There is nothing by this id.')
      if (access === 'admin' && principal.kind !== 'admin' && !keys.open) throw new RequestError('not_found', 'This takes the admin key.')
      c.set('principal', principal)
      c.set('services', await deps.servicesFor(requestInfo(c), principal))
      return next()
    }
}

function requestInfo(c: HttpContext): RequestInfo {
  return { requestId: c.var.requestId, traceParent: c.var.traceParent ?? null, bindings: c.env }
}

async function byKeyOrToken(c: HttpContext, { config, clock }: AppDeps, keys: KeyRing): Promise<Principal | null> {
  const header = c.req.header('Authorization')
  const bearer = header === undefined ? undefined : (/^Bearer +([\x21-\x7e]+)$/i.exec(header.trim())?.[1] ?? '')
  // EventSource cannot set headers; nothing but reading may be done by an address, which logs and history keep.
  const secret = bearer ?? (c.req.method === 'GET' ? c.req.query('token') : undefined)
  if (secret === undefined) return keys.open ? { tenantId: LOCAL_TENANT, kind: 'tenant', sessionId: null } : null
  const claims = await readSessionToken(secret, config.signingSecret, clock.nowMs())
  if (claims !== null) return { tenantId: claims.tenantId, kind: 'session', sessionId: claims.sessionId }
  if (bearer === undefined) return null
  return keys.open ? { tenantId: LOCAL_TENANT, kind: 'tenant', sessionId: null } : keys.find(bearer)
}

/** Whoever holds the address of a thumbnail chooses its width: `thumbnailUrl` is signed without one (api.md, Media). */
const WIDTH_PARAMETER = 'w'

/** A signed address speaks for the tenant it names: the name is covered by the signature. */
async function bySignature(c: HttpContext, { mediaUrls }: AppDeps): Promise<Principal | null> {
  const tenantId = c.req.query(TENANT_PARAMETER)
  if (tenantId === undefined) return null
  const { pathname, searchParams } = new URL(c.req.url)
  searchParams.delete(WIDTH_PARAMETER)
  return (await mediaUrls.verify(`${pathname}?${searchParams}`)) ? { tenantId, kind: 'tenant', sessionId: null } : null
}

/** Turns and media are looked up before it shows whose they are: the services hold a token to its session there. */
function reaches(c: HttpContext, access: Access, { sessionId }: Principal): boolean {
  if (access === 'tenant' || access === 'admin') return false
  return !c.req.path.startsWith('/v1/sessions/') || c.req.param('id') === sessionId
}
