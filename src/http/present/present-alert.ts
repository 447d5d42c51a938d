/** Alerts, from the domain to the wire: in answers and in webhooks. */
import type { z } from '@hono/zod-openapi'
import type { Alert } from '../../domain/alert.ts'
import { toIso } from '../../runtime/instant.ts'
import type { AlertResource } from '../contract/alert.ts'
import { isoOrNull } from './iso-or-null.ts'

export function presentAlert({ tenantId, sinceMs, resolvedAtMs, state, ...alert }: Alert): z.input<typeof AlertResource> {
  return {
    ...alert,
    state,
    tenant: tenantId,
    since: toIso(sinceMs),
    resolvedAt: state === 'firing' ? null : isoOrNull(resolvedAtMs),
  }
}
