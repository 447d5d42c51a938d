/** Tables of who may come in: tenants with their limits, their keys, and the record of what admins did to both. */
import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { AuditAction } from '../domain/audit.ts'
import type { Scope } from '../domain/key.ts'
import type { ImageMetadata } from '../domain/tenant.ts'
import { jsonText, unixMs, usd } from './columns.ts'

export const tenants = pgTable('tenants', {
  id: text('id').primaryKey(),
  createdAtMs: unixMs('created_at_ms').notNull(),
  /** `whsec_…`: signs the tenant's webhooks. Null until somebody looks at it, or the first webhook is sent. */
  webhookSecret: text('webhook_secret'),
  imageMetadata: text('image_metadata').$type<ImageMetadata>().notNull().default('strip'),
  /** For what ends within one calendar month, UTC. */
  budgetUsd: usd('budget_usd'),
  /** A session that names no expiry of its own is deleted this long after its last change. */
  sessionTtlMs: unixMs('session_ttl_ms'),
  requestsPerMinute: integer('requests_per_minute'),
  turnsInFlight: integer('turns_in_flight'),
  storageBytes: bigint('storage_bytes', { mode: 'number' }),
})

/** Secrets that another one took the place of: they sign beside it until their grace is over. */
export const retiredWebhookSecrets = pgTable(
  'retired_webhook_secrets',
  {
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    secret: text('secret').notNull(),
    endsAtMs: unixMs('ends_at_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.secret] })],
)

/** Revoked keys stay: their names explain the audit log, and as long as there is a row here nobody is let in without a key. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    name: text('name').notNull(),
    scopes: jsonb('scopes').$type<Scope[]>().notNull(),
    createdAtMs: unixMs('created_at_ms').notNull(),
    lastUsedAtMs: unixMs('last_used_at_ms'),
    expiresAtMs: unixMs('expires_at_ms'),
    revokedAtMs: unixMs('revoked_at_ms'),
  },
  (table) => [index('api_keys_of_tenant').on(table.tenantId, table.id.desc())],
)

/** What opens a key: one, or two while an old one has its grace. */
export const keySecrets = pgTable(
  'key_secrets',
  {
    /** Hex SHA-256 of the secret, which is kept nowhere. */
    sha256: text('sha256').primaryKey(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** Null: the present one. */
    endsAtMs: unixMs('ends_at_ms'),
  },
  (table) => [index('key_secrets_of_key').on(table.keyId)],
)

/** What admins changed; written with the change itself. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: text('id').primaryKey(),
    atMs: unixMs('at_ms').notNull(),
    /** `admin`, or `local` where no key is asked for. */
    actor: text('actor').notNull(),
    action: text('action').$type<AuditAction>().notNull(),
    tenantId: text('tenant_id').notNull(),
    /** Null: the tenant itself. */
    keyId: text('key_id'),
    /** Without secrets. */
    changes: jsonText<Record<string, unknown>>('changes').notNull(),
    requestId: text('request_id').notNull(),
  },
  (table) => [index('audit_entries_of_tenant').on(table.tenantId, table.id.desc()), index('audit_entries_by_age').on(table.atMs)],
)

/**
 * Requests of the minute that began with the tenant's first one. The columns are those rate-limiter-flexible asks for. Unlogged (by
 * migration): a crash forgets a minute's count, and no request waits for the disk.
 */
export const requestWindows = pgTable('request_windows', {
  key: text('key').primaryKey(),
  points: integer('points').notNull(),
  /** Unix ms. */
  expire: bigint('expire', { mode: 'number' }),
})
