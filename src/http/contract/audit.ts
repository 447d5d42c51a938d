/** The audit log on the wire. */
import { z } from '@hono/zod-openapi'
import { AUDIT_ACTIONS } from '../../domain/audit.ts'
import { AUDIT } from './examples/access.ts'
import { idOf, Timestamp } from './scalars.ts'
import { TenantId } from './tenant.ts'

export const AuditResource = z
  .strictObject({
    id: idOf('aud'),
    at: Timestamp,
    actor: z.string().openapi({ description: '`admin`, or `local` where no key is asked for', example: 'admin' }),
    action: z.enum(AUDIT_ACTIONS),
    tenant: TenantId,
    keyId: idOf('key').nullable(),
    changes: z.record(z.string(), z.unknown()).openapi({
      description:
        'What was decided, without secrets; of a tenant’s settings `{from, to}` by field, and of its `webhookSecret` whether the new one was `given` or `made`',
      example: { turnsInFlight: { from: null, to: 4 } },
    }),
    requestId: z.string(),
  })
  .openapi('AuditEntry', { example: AUDIT })
