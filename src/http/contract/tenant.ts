/** Tenants on the wire. */
import { z } from '@hono/zod-openapi'
import { IMAGE_METADATA } from '../../domain/tenant.ts'
import { WEBHOOK_SECRET } from '../../domain/webhook-secret.ts'
import { TENANT, TENANT_CHANGES } from './examples/access.ts'
import { CostUsd, Timestamp } from './scalars.ts'

const BUDGET_USD_MAX = 1_000_000
const TTL_MS_MIN = 60_000
const TTL_MS_MAX = 10 * 366 * 24 * 3_600_000
const REQUESTS_PER_MINUTE_MAX = 1_000_000
const TURNS_IN_FLIGHT_MAX = 100_000
/** The most that a header can say (RFC 9651 §3.3.1). */
const STORAGE_BYTES_MAX = 999_999_999_999_999

export const TENANT_ID_WORDS = 'must be 1 to 64 letters, digits, dots, hyphens and underscores'

export const TenantId = z.string().regex(/^[\w.-]{1,64}$/, TENANT_ID_WORDS)

const budgetUsd = z
  .number()
  .min(0)
  .max(BUDGET_USD_MAX)
  .nullable()
  .openapi({ description: 'For what ends within one calendar month, UTC; null: no limit' })

const retention = z
  .strictObject({ sessionTtlMs: z.int().min(TTL_MS_MIN).max(TTL_MS_MAX).nullable() })
  .openapi({ description: 'A session without an `expiresAt` of its own is deleted this long after its last change; null: never' })

const limits = z.strictObject({
  requestsPerMinute: z.int().min(1).max(REQUESTS_PER_MINUTE_MAX).nullable().openapi({
    description:
      'With its keys and session tokens, within a minute that begins with the first request; signed media addresses are not counted',
  }),
  turnsInFlight: z.int().min(0).max(TURNS_IN_FLIGHT_MAX).nullable().openapi({
    description: 'Turns queued, running or waiting at any moment, and those canceled or out of time while an answer is still read on',
  }),
  storageBytes: z
    .int()
    .min(0)
    .max(STORAGE_BYTES_MAX)
    .nullable()
    .openapi({ description: 'Of its media, given and made, each content once' }),
})

const imageMetadata = z.enum(IMAGE_METADATA).openapi({
  description:
    'What leaves for the upstream of the pictures given. `strip`: without place, time and camera; `keep`: the file as it was given. HEIC is always the JPEG made from it, which has none of these. Holds from the next attempt on',
})

const webhookSecret = z.string().regex(WEBHOOK_SECRET, 'must be whsec_ and 24 to 64 bytes in base64')

const webhook = z.strictObject({
  secret: webhookSecret.openapi({ description: 'Signs the webhooks of its turns (Standard Webhooks)' }),
})

const webhookChanges = z.strictObject({
  secret: webhookSecret.nullable().openapi({
    description: 'null: one is made. Webhooks are signed with the one before as well for 24 hours, so that receivers can change over',
  }),
})

export const TenantChanges = z
  .strictObject({ budgetUsd, retention, limits: limits.partial(), imageMetadata, webhook: webhookChanges })
  .partial()
  .openapi('TenantChanges', {
    example: TENANT_CHANGES,
    description: 'Only what is named changes, within `limits` too; null takes a limit away, and a secret’s place is taken by a new one',
  })

export const TenantResource = z
  .strictObject({
    id: TenantId,
    budgetUsd,
    spentUsd: CostUsd.openapi({ description: 'This calendar month, deleted sessions and what may have been billed included' }),
    heldUsd: CostUsd.openapi({ description: 'For turns under way' }),
    limits: limits.openapi({ description: 'null: no limit' }),
    openTurns: z.int().openapi({ description: 'Turns queued, running or waiting now' }),
    storedBytes: z.int().openapi({ description: 'Of its media' }),
    retention,
    imageMetadata,
    webhook,
    createdAt: Timestamp,
  })
  .openapi('Tenant', { example: TENANT })
