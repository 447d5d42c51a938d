/** Who calls, and whether this route is for them (api.md, Authentication). */
import type { MiddlewareHandler } from 'hono'
import type { Scope } from '../../domain/key.ts'
import { RequestError } from '../../domain/problem.ts'
import type { Principal } from '../../services/context.ts'
import type { AppDeps, HttpContext, HttpEnv, RequestInfo } from '../env.ts'
import { TENANT_PARAMETER } from '../present/media-links.ts'
import { readSessionToken } from '../session-token.ts'
import { createKeyRing, type KeyRing, LOCAL_TENANT } from './api-keys.ts'
import { endWhenRevoked } from './end-when-revoked.ts'
import { limitRequests } from './limit-requests.ts'

/**
 * Who may use a route: `open`: anyone, unasked; `tenant`: keys; `session`: keys, and the session's tokens; `signed`: these,
 * and whoever holds the signed address; `admin`: the admin key, or anyone where no key is set, which only this machine reaches.
 */
export type Access = 'open' | 'tenant' | 'session' | 'signed' | 'admin'

/**
 * A middleware for each kind of route. Sets `principal` and `services`; throws `unauthorized`, `not_found` beyond a token's reach,
 * `forbidden` without the scope, and `too_many_requests`. A signed address is not counted: a page loads dozens of them.
 */
export function createAuthentication(deps: AppDeps): (access: Access, scope: Scope) => MiddlewareHandler<HttpEnv> {
  const keys = createKeyRing(deps.config, deps.doorkeeper)
  return (access, scope) =>
    async function authenticate(c, next) {
      if (access === 'open') return next()
      const signed = access === 'signed' ? await bySignature(c, deps) : null
      const principal = signed ?? (await byKeyOrToken(c, deps, keys))
      if (principal === null) throw new RequestError('unauthorized', 'Send a valid key: Authorization: Bearer <key>.')
      await allow(c, { access, scope, principal, keys })
      if (signed === null) await limitRequests(c, deps, principal)
      c.set('principal', principal)
      c.set('services', await deps.servicesFor(requestInfo(c), principal))
      await next()
      if (principal.keyId !== undefined) watchStream(c, keys)
    }
}

async function allow(
  c: HttpContext,
  { access, scope, principal, keys }: { access: Access; scope: Scope; principal: Principal; keys: KeyRing },
): Promise<void> {
  if (principal.kind === 'session' && !reaches(c, access, principal)) throw new RequestError('not_found', 'There is nothing by this id.')
  if (access === 'admin' && principal.kind !== 'admin' && !(await keys.open()))
    throw new RequestError('not_found', 'This takes the admin key.')
  if (principal.scopes?.includes(scope) === false) throw new RequestError('forbidden', `This takes a key with the scope "${scope}".`)
}

function watchStream(c: HttpContext, keys: KeyRing): void {
  const { body, headers } = c.res
  if (body === null || !headers.get('Content-Type')?.startsWith('text/event-stream')) return
  const key = bearerOf(c) ?? ''
  const answer = c.res
  c.res = undefined
  c.res = new Response(
    endWhenRevoked(body, async () => (await keys.find(key)) !== null),
    answer,
  )
}

/** Everyone, where nobody needs a key. */
const LOCAL: Principal = { tenantId: LOCAL_TENANT, kind: 'tenant', sessionId: null }

function requestInfo(c: HttpContext): RequestInfo {
  return { requestId: c.var.requestId, traceParent: c.var.traceParent ?? null, bindings: c.env }
}

async function byKeyOrToken(c: HttpContext, { config, clock }: AppDeps, keys: KeyRing): Promise<Principal | null> {
  const bearer = bearerOf(c)
  // EventSource cannot set headers; nothing but reading may be done by an address, which logs and history keep.
  const secret = bearer ?? (c.req.method === 'GET' ? c.req.query('token') : undefined)
  if (secret === undefined) return (await keys.open()) ? LOCAL : null
  const claims = await readSessionToken(secret, config.signingSecret, clock.nowMs())
  if (claims !== null) return { tenantId: claims.tenantId, kind: 'session', sessionId: claims.sessionId }
  if (bearer === undefined) return null
  return (await keys.open()) ? LOCAL : keys.find(bearer)
}

/** Empty for what is no Bearer. */
function bearerOf(c: HttpContext): string | undefined {
  const header = c.req.header('Authorization')
  return header === undefined ? undefined : (/^Bearer +([\x21-\x7e]+)$/i.exec(header.trim())?.[1] ?? '')
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
