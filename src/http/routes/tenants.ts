/** Tenants, for the admin (api.md, Models, monitoring, operations). */
import { z } from '@hono/zod-openapi'
import { toIso } from '../../runtime/instant.ts'
import { getTenant, type TenantNow } from '../../services/get-tenant.ts'
import { updateTenant } from '../../services/update-tenant.ts'
import { BODY_ERRORS, jsonAnswer, jsonBody } from '../contract/content.ts'
import { TenantChanges, TenantId, TenantResource } from '../contract/tenant.ts'
import { readJson } from '../parse/read-json.ts'
import { pathTenant } from '../parse/read-request.ts'
import type { Route } from '../route.ts'

const PATH = '/v1/tenants/{id}'
const tags = ['Operations']
const params = z.object({ id: TenantId })

export const tenantRoutes: readonly Route[] = [
  {
    method: 'get',
    path: PATH,
    operationId: 'getTenant',
    summary: 'A tenant’s limits, and what it has used of them',
    tags,
    access: 'admin',
    request: { params },
    responses: { 200: jsonAnswer(TenantResource, 'The tenant') },
    errors: [],
    handle: async (c) => c.json(presentTenant(await getTenant({ ctx: c.var.services, input: { tenantId: pathTenant(c) } }))),
  },
  {
    method: 'patch',
    path: PATH,
    operationId: 'updateTenant',
    summary: 'Set a tenant’s limits',
    tags,
    access: 'admin',
    request: { params, body: jsonBody(TenantChanges) },
    responses: { 200: jsonAnswer(TenantResource, 'The tenant as it is now; one not seen before is made') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const tenantId = pathTenant(c)
      const { retention, limits, ...plain } = await readJson(c, TenantChanges)
      const changes = { ...plain, ...retention, ...limits }
      return c.json(presentTenant(await updateTenant({ ctx: c.var.services, input: { tenantId, changes } })))
    },
  },
]

function presentTenant({ sessionTtlMs, createdAtMs, ...tenant }: TenantNow): z.input<typeof TenantResource> {
  const { requestsPerMinute, turnsInFlight, storageBytes, ...plain } = tenant
  const limits = { requestsPerMinute, turnsInFlight, storageBytes }
  return { ...plain, limits, retention: { sessionTtlMs }, createdAt: toIso(createdAtMs) }
}
