/** Tenants, for the admin (api.md, Models, monitoring, operations). */
import { z } from '@hono/zod-openapi'
import { toIso } from '../../runtime/instant.ts'
import { getTenant, type TenantNow } from '../../services/get-tenant.ts'
import { updateTenant } from '../../services/update-tenant.ts'
import { BODY_ERRORS, jsonAnswer, jsonBody, UNCACHED } from '../contract/content.ts'
import { TenantChanges, TenantId, TenantResource } from '../contract/tenant.ts'
import { readJson } from '../parse/read-json.ts'
import { pathTenant } from '../parse/read-request.ts'
import type { Route } from '../route.ts'

const PATH = '/v1/tenants/{id}'
const tags = ['Operations']
const params = z.object({ id: TenantId.openapi({ description: 'The tenant', example: 'acme' }) })

export const tenantRoutes: readonly Route[] = [
  {
    method: 'get',
    path: PATH,
    operationId: 'getTenant',
    summary: 'A tenant’s settings, and what it has used of its limits',
    description:
      'For the admin key. Budget, limits, retention, policy for pictures and webhook secret of a tenant, with what is used. The secret is made when it is first looked at.',
    tags,
    access: 'admin',
    request: { params },
    responses: { 200: jsonAnswer(TenantResource, 'The tenant') },
    errors: [],
    handle: async (c) => c.json(presentTenant(await getTenant({ ctx: c.var.services, input: { tenantId: pathTenant(c) } })), 200, UNCACHED),
  },
  {
    method: 'patch',
    path: PATH,
    operationId: 'updateTenant',
    summary: 'Set a tenant’s limits, policies and webhook secret',
    description:
      'For the admin key. Only what is named changes; null takes a limit away, and makes a new webhook secret. The change is noted in the audit log, without the secret.',
    tags,
    access: 'admin',
    request: { params, body: jsonBody(TenantChanges) },
    responses: { 200: jsonAnswer(TenantResource, 'The tenant as it is now; one not seen before is made') },
    errors: BODY_ERRORS,
    handle: async (c) => {
      const tenantId = pathTenant(c)
      const { retention, limits, webhook, ...plain } = await readJson(c, TenantChanges)
      const input = { tenantId, changes: { ...plain, ...retention, ...limits }, webhookSecret: webhook?.secret }
      return c.json(presentTenant(await updateTenant({ ctx: c.var.services, input })), 200, UNCACHED)
    },
  },
]

function presentTenant({ sessionTtlMs, createdAtMs, webhookSecret, ...tenant }: TenantNow): z.input<typeof TenantResource> {
  const { requestsPerMinute, turnsInFlight, storageBytes, ...plain } = tenant
  const limits = { requestsPerMinute, turnsInFlight, storageBytes }
  const webhook = { secret: webhookSecret }
  return { ...plain, limits, retention: { sessionTtlMs }, webhook, createdAt: toIso(createdAtMs) }
}
