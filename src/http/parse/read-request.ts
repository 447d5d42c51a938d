/** Path, query and headers of a request, read by the schemas that also document them. */
import type { z } from '@hono/zod-openapi'
import { isId } from '../../domain/ids.ts'
import { RequestError } from '../../domain/problem.ts'
import { NAMED, type NamedPrefix } from '../contract/content.ts'
import { idExample } from '../contract/scalars.ts'
import { TENANT_ID_WORDS, TenantId } from '../contract/tenant.ts'
import type { HttpContext } from '../env.ts'
import { invalidRequest, parseWith } from './field-errors.ts'

/** The `{id}` of the path. A malformed id names nothing, so it is `not_found` like an absent one; the detail says that it is no id. */
export function pathId(c: HttpContext, prefix: NamedPrefix): string {
  const id = c.req.param('id') ?? ''
  if (!isId(prefix, id)) {
    throw new RequestError('not_found', `This cannot be the id of any ${NAMED[prefix]}: one looks like ${idExample(prefix)}.`)
  }
  return id
}

/** The tenant `{id}` of the path. */
export function pathTenant(c: HttpContext): string {
  const parsed = TenantId.safeParse(c.req.param('id'))
  if (!parsed.success) throw new RequestError('not_found', `This cannot be the id of any tenant: it ${TENANT_ID_WORDS}.`)
  return parsed.data
}

/** The query as `schema` reads it; `token` belongs to authentication and is left out. No parameter may be given twice. */
export function readQuery<Schema extends z.ZodType>(c: HttpContext, schema: Schema): z.output<Schema> {
  const given = Object.entries(c.req.queries()).filter(([name]) => name !== 'token')
  const repeated = given.filter(([, values]) => values.length > 1)
  if (repeated.length > 0) throw invalidRequest(repeated.map(([path]) => ({ path, message: 'may be given once' })))
  return parseWith(schema, Object.fromEntries(given.map(([name, [value]]) => [name, value])))
}

/** The headers that `schema` names. */
export function readHeaders<Shape extends z.ZodRawShape>(c: HttpContext, schema: z.ZodObject<Shape>): z.output<z.ZodObject<Shape>> {
  return parseWith(schema, Object.fromEntries(Object.keys(schema.shape).map((name) => [name, c.req.header(name)])))
}
