/** Keys on the wire. */
import { z } from '@hono/zod-openapi'
import { GRACE_MS_MAX, SCOPES } from '../../domain/key.ts'
import { KEY_SHOWN, KEY_WITH_SECRET, NEW_KEY, ROTATION } from './examples/access.ts'
import { Instant, idOf, Timestamp, text } from './scalars.ts'
import { TenantId } from './tenant.ts'

const NAME_LENGTH_MAX = 100

const name = text(NAME_LENGTH_MAX, 1).openapi({ description: 'For people: where the key is used', example: 'shop backend' })

const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .max(SCOPES.length)
  .refine((given) => new Set(given).size === given.length, 'must name each scope once')
  .openapi({ description: '`read`: every GET. `edit`: whatever changes or spends, making session tokens included', example: [...SCOPES] })

export const NewKey = z
  .strictObject({
    tenant: TenantId,
    name,
    scopes: scopes.default([...SCOPES]),
    expiresAt: Instant.nullable().default(null).openapi({ description: 'null: good until it is revoked' }),
  })
  .openapi('NewKey', { example: NEW_KEY })

export const Rotation = z
  .strictObject({
    graceMs: z.int().min(0).max(GRACE_MS_MAX).default(0).openapi({ description: 'How long the old secret goes on; 0: it ends at once' }),
  })
  .openapi('Rotation', { example: ROTATION })

const shown = {
  id: idOf('key'),
  tenant: TenantId,
  name,
  scopes,
  createdAt: Timestamp,
  lastUsedAt: Timestamp.nullable().openapi({ description: 'To the minute; null: not yet' }),
  expiresAt: Timestamp.nullable(),
}

export const KeyResource = z.strictObject(shown).openapi('Key', { example: KEY_SHOWN })

export const KeyWithSecret = z
  .strictObject({
    ...shown,
    key: z.string().openapi({
      description: 'What to send as Bearer. It is not stored, and cannot be shown again',
      example: `pen_${'x'.repeat(43)}`,
    }),
  })
  .openapi('KeyWithSecret', { example: KEY_WITH_SECRET })
