/** Lists, a page at a time. */
import { z } from '@hono/zod-openapi'
import { idOf } from './scalars.ts'
import { TenantId } from './tenant.ts'

const LIMIT_MAX = 100

const limit = (usual: number) => z.coerce.number().int().min(1).max(LIMIT_MAX).default(usual).openapi({ description: 'How many at most' })
const cursor = z.string().min(1).max(500).optional().openapi({ description: '`nextCursor` of the page before' })

export const SessionsQuery = z.strictObject({ limit: limit(20), cursor })

/** For the admin's lists, which reach over all tenants unless one is named. */
export const TenantPageQuery = z.strictObject({
  tenant: TenantId.optional().openapi({ description: 'Only this one’s' }),
  limit: limit(20),
  cursor,
})

export const TurnsQuery = z
  .strictObject({
    leaf: idOf('trn').optional().openapi({ description: 'The branch that ends in this turn; absent: the head’s' }),
    all: z
      .enum(['true', 'false'])
      .default('false')
      .transform((all) => all === 'true')
      .openapi({ type: 'string', description: 'Every turn of the session, whatever its branch' }),
    order: z.enum(['asc', 'desc']).default('asc').openapi({ description: '`asc`: root to leaf' }),
    limit: limit(LIMIT_MAX),
    cursor,
  })
  .refine(({ leaf, all }) => leaf === undefined || !all, { path: ['leaf'], message: 'give either leaf or all=true' })

export const SubmitQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .openapi({ type: 'string', description: 'Only tell what would be sent; nothing is stored or sent' }),
})

/** A page of `resource`. */
export function pageOf<Resource extends z.ZodType>(resource: Resource) {
  return z.strictObject({ data: z.array(resource), nextCursor: z.string().nullable() })
}

/** For operations that take no query, and must not overlook one that a caller relies on. */
export const NoQuery = z.strictObject({})
