/** The tables. The turn row and the ledger (`attempts`) are the truth; everything else that runs is woken by or derived from them. */
import { sql } from 'drizzle-orm'
import { bigint, boolean, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { HistoryFidelity } from '../domain/attempt.ts'
import type { BundleAttempt } from '../domain/bundle/bundle-turn.ts'
import type { FailureFacts } from '../domain/failure.ts'
import type { ImageSettings } from '../domain/image-settings.ts'
import type { SafetySetting, Usage } from '../domain/model-call.ts'
import type { Hole } from '../domain/part.ts'
import type { Problem } from '../domain/problem.ts'
import type { HistorySettings, PolicyNarrowing, SessionSettings, Strategy } from '../domain/session.ts'
import type { TurnStatus, WaitReason } from '../domain/turn.ts'
import { bytea, jsonText, unixMs, usd } from './columns.ts'
import { tenants } from './tenant-tables.ts'

export { alerts, tallies } from './record-tables.ts'
export { apiKeys, auditEntries, keySecrets, requestWindows, retiredWebhookSecrets, tenants } from './tenant-tables.ts'

/** What the installation decided once and keeps: the signing secret, for one. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
})

export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    title: jsonText<string>('title'),
    metadata: jsonText<Record<string, string>>('metadata').notNull(),
    strategy: text('strategy').$type<Strategy>().notNull(),
    models: jsonb('models').$type<string[]>(),
    image: jsonb('image').$type<ImageSettings>().notNull(),
    systemInstruction: jsonText<string>('system_instruction'),
    safetySettings: jsonb('safety_settings').$type<SafetySetting[]>().notNull(),
    history: jsonb('history').$type<HistorySettings>().notNull(),
    policy: jsonb('policy').$type<PolicyNarrowing>().notNull(),
    onConflict: text('on_conflict').$type<SessionSettings['onConflict']>().notNull(),
    onDisconnect: text('on_disconnect').$type<SessionSettings['onDisconnect']>().notNull(),
    budgetUsd: usd('budget_usd'),
    expiresAtMs: unixMs('expires_at_ms'),
    headTurnId: text('head_turn_id'),
    createdAtMs: unixMs('created_at_ms').notNull(),
    updatedAtMs: unixMs('updated_at_ms').notNull(),
  },
  (table) => [
    index('sessions_newest').on(table.tenantId, table.id.desc()),
    index('sessions_expiring').on(table.expiresAtMs).where(sql`expires_at_ms is not null`),
  ],
)

/** Executors alive: one row, and one heartbeat, per node. A turn whose `lease_owner` has no live row here is up for take-over. */
export const nodes = pgTable('nodes', {
  id: text('id').primaryKey(),
  /** By the database's clock, since nodes may disagree on the time. */
  leaseExpiresAtMs: unixMs('lease_expires_at_ms').notNull(),
})

export const turns = pgTable(
  'turns',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    /** The order turns were accepted in; given out under the session's lock, so exact within a session, unlike ids made on several nodes. */
    position: bigint('position', { mode: 'number' }).generatedAlwaysAsIdentity(),
    parentId: text('parent_id'),
    /** A queued turn whose parent is the head when it starts. */
    parentIsHead: boolean('parent_is_head').notNull().default(false),
    depth: integer('depth').notNull(),
    status: text('status').$type<TurnStatus>().notNull(),
    /** Seq of the last event. */
    version: integer('version').notNull(),
    image: jsonb('image').$type<ImageSettings>().notNull(),
    models: jsonb('models').$type<string[]>(),
    strategy: text('strategy').$type<Strategy>(),
    policy: jsonb('policy').$type<PolicyNarrowing>().notNull(),
    metadata: jsonText<Record<string, string>>('metadata').notNull(),
    window: text('window').$type<'off_peak'>(),
    webhookUrl: text('webhook_url'),
    notBeforeMs: unixMs('not_before_ms'),
    deadlineMs: unixMs('deadline_ms'),
    deadlineAtMs: unixMs('deadline_at_ms'),
    waitingUntilMs: unixMs('waiting_until_ms'),
    waitReason: text('wait_reason').$type<WaitReason>(),
    /** When an executor should look at it next; null while one is at it, while it waits behind another turn, and once it has ended. */
    dueAtMs: unixMs('due_at_ms'),
    /** The node at work on it (`nodes.id`). Stays on an ended turn while an answer already paid for is read on. */
    leaseOwner: text('lease_owner'),
    /** Grows with every claim; every write of a running turn names it, so that a node that lost its lease cannot write. */
    leaseEpoch: integer('lease_epoch').notNull().default(0),
    /** The attempt whose parts are the output. */
    outputAttempt: integer('output_attempt'),
    model: text('model'),
    modelVersion: text('model_version'),
    fallback: boolean('fallback').notNull().default(false),
    degraded: jsonb('degraded').$type<string[]>().notNull(),
    fidelity: text('fidelity').$type<HistoryFidelity>(),
    error: jsonText<Problem>('error'),
    /** Held of the budgets while the turn is open: what its next attempt may cost. Null: no budget governs it. */
    reservedUsd: usd('reserved_usd'),
    /** `traceparent` (W3C Trace Context) of the request it came with; null where nothing is traced. */
    traceParent: text('trace_parent'),
    /** Whether its end is in `tallies` yet. Null for copies, made by forks and imports: they ended elsewhere. */
    tally: text('tally').$type<'due' | 'done'>(),
    createdAtMs: unixMs('created_at_ms').notNull(),
    startedAtMs: unixMs('started_at_ms'),
    endedAtMs: unixMs('ended_at_ms'),
  },
  (table) => [
    foreignKey({ columns: [table.parentId], foreignColumns: [table.id], name: 'turns_parent' }).onDelete('set null'),
    uniqueIndex('turns_one_active_per_session').on(table.sessionId).where(sql`status in ('running', 'waiting')`),
    index('turns_of_session').on(table.sessionId, table.position),
    index('turns_of_parent').on(table.parentId),
    index('turns_due').on(table.dueAtMs).where(sql`due_at_ms is not null`),
    index('turns_leased').on(table.leaseOwner).where(sql`lease_owner is not null`),
    index('turns_queued').on(table.sessionId, table.position).where(sql`status = 'queued'`),
    index('turns_open').on(table.tenantId).where(sql`status in ('queued', 'running', 'waiting') or lease_owner is not null`),
    index('turns_untallied').on(table.endedAtMs).where(sql`tally = 'due' and ended_at_ms is not null`),
  ],
)

/** Every blob that some row may name. A row appears after its bytes are safe, and goes before they do. */
export const blobs = pgTable('blobs', {
  sha256: text('sha256').primaryKey(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  createdAtMs: unixMs('created_at_ms').notNull(),
})

export const media = pgTable(
  'media',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    sha256: text('sha256')
      .notNull()
      .references(() => blobs.sha256),
    mimeType: text('mime_type').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    width: integer('width'),
    height: integer('height'),
    /** The turn that made it, and the media that turn was given or built on. */
    /** When somebody last uploaded these bytes; null for what only models made. */
    uploadedAtMs: unixMs('uploaded_at_ms'),
    madeByTurnId: text('made_by_turn_id'),
    madeFrom: jsonb('made_from').$type<string[]>(),
    createdAtMs: unixMs('created_at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('media_of_tenant').on(table.tenantId, table.sha256),
    index('media_of_blob').on(table.sha256),
    index('media_of_maker').on(table.madeByTurnId),
  ],
)

/** Other forms of an image, made once: thumbnails, the JPEG a HEIC is shown as, the copy without metadata that leaves for a third party. */
export const renditions = pgTable(
  'renditions',
  {
    sourceSha256: text('source_sha256').notNull(),
    form: text('form').notNull(),
    sha256: text('sha256')
      .notNull()
      .references(() => blobs.sha256),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    mimeType: text('mime_type').notNull(),
  },
  (table) => [primaryKey({ columns: [table.sourceSha256, table.form] }), index('renditions_of_blob').on(table.sha256)],
)

/** Uploads made with a session's token: what that token may use before a turn does. */
export const mediaGrants = pgTable(
  'media_grants',
  {
    mediaId: text('media_id')
      .notNull()
      .references(() => media.id, { onDelete: 'cascade' }),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.mediaId, table.sessionId] })],
)

/**
 * Thought signatures: the characters received, once per SHA-256; short ones whole, long ones as rows that fill a page each
 * (`signature_pieces`, made by migration). `STORAGE EXTERNAL` (set by migration) keeps what cannot be compressed from being tried.
 */
export const signatures = pgTable(
  'signatures',
  {
    sha256: text('sha256').primaryKey(),
    characters: bytea('characters'),
    /** Whose pieces it is made of, and how many bytes they are. */
    upload: text('upload'),
    bytes: integer('bytes'),
    createdAtMs: unixMs('created_at_ms').notNull(),
  },
  (table) => [uniqueIndex('signatures_by_upload').on(table.upload)],
)

/** Parts in order: the input of a turn (`attempt` 0) and what each attempt that answered sent. */
export const parts = pgTable(
  'parts',
  {
    turnId: text('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    ordinal: integer('ordinal').notNull(),
    /** JSON of the part; a model's exactly as received, with the bytes taken out at `holes`. */
    raw: text('raw').notNull(),
    holes: jsonb('holes').$type<Hole[]>().notNull(),
    thought: boolean('thought').notNull().default(false),
    mediaId: text('media_id').references(() => media.id),
    signatureSha256: text('signature_sha256').references(() => signatures.sha256),
    mintedByApi: text('minted_by_api'),
    mintedByModel: text('minted_by_model'),
  },
  (table) => [
    primaryKey({ columns: [table.turnId, table.attempt, table.ordinal] }),
    index('parts_of_media').on(table.mediaId),
    index('parts_of_signature').on(table.signatureSha256),
  ],
)

/** The ledger. Written before the connection is opened, closed when it ends; never changed after, but for `late` answers. */
export const attempts = pgTable(
  'attempts',
  {
    turnId: text('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    tenantId: text('tenant_id').notNull(),
    endpointId: text('endpoint_id').notNull(),
    model: text('model').notNull(),
    image: jsonb('image').$type<ImageSettings>().notNull(),
    fidelity: text('fidelity').$type<HistoryFidelity>().notNull(),
    degraded: jsonb('degraded').$type<string[]>().notNull(),
    fallback: boolean('fallback').notNull(),
    leaseEpoch: integer('lease_epoch').notNull(),
    /** Summary of what was sent: media by digest, bytes and tokens counted. */
    request: jsonText<unknown>('request'),
    startedAtMs: unixMs('started_at_ms').notNull(),
    endedAtMs: unixMs('ended_at_ms'),
    outcome: text('outcome'),
    httpStatus: integer('http_status'),
    message: jsonText<string>('message'),
    facts: jsonText<FailureFacts>('facts'),
    /** What lies behind the outcome, as far as it is counted: `causeOf`. */
    cause: text('cause'),
    next: text('next'),
    waitMs: unixMs('wait_ms').notNull().default(0),
    billed: text('billed').notNull(),
    usage: jsonb('usage').$type<Usage>(),
    costUsd: usd('cost_usd').notNull(),
    /** What it would cost if it succeeded, as planned before it was sent. */
    estimatedUsd: usd('estimated_usd').notNull().default(0),
    modelVersion: text('model_version'),
    responseId: text('response_id'),
    late: boolean('late').notNull().default(false),
    /** Whether it is in `tallies`. */
    tallied: boolean('tallied').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.turnId, table.n] }),
    index('attempts_by_end').on(table.endedAtMs),
    index('attempts_untallied').on(table.endedAtMs).where(sql`not tallied and ended_at_ms is not null`),
    uniqueIndex('attempts_one_in_flight').on(table.turnId).where(sql`ended_at_ms is null`),
  ],
)

/**
 * The ledger of an imported turn, as it was where the turn was run and paid for. Apart from `attempts`, so that nothing which
 * counts or decides can mistake it for what this installation sent.
 */
export const importedLedgers = pgTable('imported_ledgers', {
  turnId: text('turn_id')
    .primaryKey()
    .references(() => turns.id, { onDelete: 'cascade' }),
  attempts: jsonText<BundleAttempt[]>('attempts').notNull(),
})

/** What happened, in order, per turn; streams and webhooks read these rows. `position` orders them across turns. */
export const events = pgTable(
  'events',
  {
    turnId: text('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    position: bigint('position', { mode: 'number' }).generatedAlwaysAsIdentity(),
    /** The transaction that wrote it: readers across turns stop short of transactions still open. */
    xid: bigint('xid', { mode: 'number' }).notNull().default(sql`pg_current_xact_id()::text::bigint`),
    sessionId: text('session_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    type: text('type').notNull(),
    data: jsonText<unknown>('data').notNull(),
    atMs: unixMs('at_ms').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.turnId, table.seq] }),
    index('events_of_session').on(table.sessionId, table.position),
    index('events_of_tenant').on(table.tenantId, table.position),
  ],
)

/** Ends of turns that a webhook is owed for: written with the end itself, taken out as its delivery is enqueued. */
export const owedWebhooks = pgTable(
  'owed_webhooks',
  {
    turnId: text('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    /** The event that tells of the end. */
    seq: integer('seq').notNull(),
  },
  (table) => [primaryKey({ columns: [table.turnId, table.seq] })],
)

/** Files held upstream for us, per endpoint project and content: handles with expiry. */
export const upstreamFiles = pgTable(
  'upstream_files',
  {
    project: text('project').notNull(),
    sha256: text('sha256').notNull(),
    endpointId: text('endpoint_id').notNull(),
    /** Null while the first upload is under way. */
    name: text('name'),
    uri: text('uri'),
    expiresAtMs: unixMs('expires_at_ms'),
    /** One upload for any number of turns and nodes: who is at it, until when (database clock). */
    uploadingBy: text('uploading_by'),
    uploadingUntilMs: unixMs('uploading_until_ms'),
  },
  (table) => [primaryKey({ columns: [table.project, table.sha256] })],
)

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tenantId: text('tenant_id').notNull(),
    route: text('route').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the parsed input with media by digest. */
    digest: text('digest').notNull(),
    turnId: text('turn_id').notNull(),
    createdAtMs: unixMs('created_at_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.route, table.key] }), index('idempotency_keys_by_age').on(table.createdAtMs)],
)

/** Breaker, retry budget and quotas of one endpoint project and model: bounded state, changed by pure reducers under a row lock. */
export const modelStates = pgTable('model_states', {
  /** `project/model`. */
  key: text('key').primaryKey(),
  state: jsonb('state').notNull(),
})
