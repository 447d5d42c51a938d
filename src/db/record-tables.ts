/** Tables of what is made of the ledger: sums, and what operators are told of. */
import { bigint, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { AlertSeverity } from '../domain/alert.ts'
import { unixMs } from './columns.ts'

/**
 * The ledger added up: by minute, by hour and for all time, per tenant and once for all of them together. Anonymous sums, which
 * outlive the sessions they came from. Rows of the ledger that are in here say so (`tallied`); the rest is read beside it.
 */
export const tallies = pgTable(
  'tallies',
  {
    /** Empty: all tenants. */
    tenantId: text('tenant_id').notNull(),
    /** Length of the span in ms; 0: all time. */
    spanMs: integer('span_ms').notNull(),
    /** Its beginning. */
    fromMs: unixMs('from_ms').notNull(),
    /** Empty, like `model`, for turns that ended without having asked anyone. */
    endpointId: text('endpoint_id').notNull(),
    model: text('model').notNull(),
    costMicros: bigint('cost_micros', { mode: 'number' }).notNull(),
    /** By name, as in `monitoring/counts.ts`. */
    counts: jsonb('counts').$type<Record<string, number>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.spanMs, table.fromMs, table.endpointId, table.model] }),
    index('tallies_by_time').on(table.spanMs, table.fromMs),
  ],
)

/** Each rule's standing for each thing it watches: one row, whichever node judges. */
export const alerts = pgTable(
  'alerts',
  {
    rule: text('rule').notNull(),
    /** Empty: the installation as a whole. */
    tenantId: text('tenant_id').notNull(),
    /** What of it: an endpoint, or `project/model`; empty where the rule watches one thing. */
    subject: text('subject').notNull(),
    severity: text('severity').$type<AlertSeverity>().notNull(),
    /** `pending`: the condition holds, but not for long enough yet. */
    state: text('state').$type<'pending' | 'firing' | 'resolved'>().notNull(),
    sinceMs: unixMs('since_ms').notNull(),
    resolvedAtMs: unixMs('resolved_at_ms'),
    value: doublePrecision('value').notNull(),
    threshold: doublePrecision('threshold').notNull(),
    /** The state the alert webhook last heard of. */
    toldState: text('told_state').$type<'firing' | 'resolved'>(),
  },
  (table) => [primaryKey({ columns: [table.rule, table.tenantId, table.subject] })],
)
