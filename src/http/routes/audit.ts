/** What admins did to keys and tenants. */
import { listAudit } from '../../services/list-audit.ts'
import { AuditResource } from '../contract/audit.ts'
import { jsonAnswer } from '../contract/content.ts'
import { pageOf, TenantPageQuery } from '../contract/paging.ts'
import { readQuery } from '../parse/read-request.ts'
import { presentAudit } from '../present/present-key.ts'
import type { Route } from '../route.ts'

export const auditRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/audit',
    operationId: 'listAudit',
    summary: 'Who changed keys and tenants, the newest first',
    description: 'For the admin key. Each entry was written in the transaction of the change it tells of.',
    tags: ['Operations'],
    access: 'admin',
    request: { query: TenantPageQuery },
    responses: { 200: jsonAnswer(pageOf(AuditResource), 'A page of the log, which goes back thirteen months') },
    errors: ['invalid_request'],
    handle: async (c) => {
      const { tenant, ...page } = readQuery(c, TenantPageQuery)
      const { data, nextCursor } = await listAudit({ ctx: c.var.services, input: { ...page, tenantId: tenant ?? null } })
      return c.json({ data: data.map(presentAudit), nextCursor })
    },
  },
]
