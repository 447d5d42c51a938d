/** Random ledgers, written as rows, and what they come to when added up the slow way. */
import { sql } from 'drizzle-orm'
import * as fc from 'fast-check'
import type { Database } from '../../src/db/connect.ts'
import type { Figures } from '../../src/monitoring/figures.ts'

/** 12:34:56.789 on a Friday: no window begins at a full hour. */
export const LEDGER_NOW_MS = Date.UTC(2026, 10, 20, 12, 34, 56, 789)
export const TENANTS = ['acme', 'globex'] as const
const DAY_MS = 86_400_000

export interface AttemptRow {
  model: string
  endpointId: string
  outcome: string
  httpStatus: number | null
  cause: string | null
  next: string
  fallback: boolean
  late: boolean
  billed: string
  costMicros: number
  estimatedMicros: number
  waitMs: number
  durationMs: number
  endedAtMs: number
  promptTokens: number | null
}

export interface TurnRow {
  id: string
  tenantId: string
  sessionId: string
  status: string
  endedAtMs: number
  attempts: readonly AttemptRow[]
}

const endedAtMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: LEDGER_NOW_MS - 8 * 60_000, max: LEDGER_NOW_MS }) },
  { weight: 2, arbitrary: fc.integer({ min: LEDGER_NOW_MS - 2 * 3_600_000, max: LEDGER_NOW_MS }) },
  { weight: 2, arbitrary: fc.integer({ min: LEDGER_NOW_MS - DAY_MS - 3_600_000, max: LEDGER_NOW_MS }) },
)

const attempt: fc.Arbitrary<AttemptRow> = fc
  .record({
    model: fc.constantFrom('gemini-3-pro-image', 'gemini-nano-banana-2.1'),
    endpointId: fc.constantFrom('gemini', 'relay'),
    kind: fc.constantFrom(
      { outcome: 'succeeded', httpStatus: 200, cause: null, billed: 'yes' },
      { outcome: 'succeeded', httpStatus: 200, cause: null, billed: 'yes' },
      { outcome: 'overloaded', httpStatus: 503, cause: null, billed: 'no' },
      { outcome: 'rejected', httpStatus: 403, cause: 'key', billed: 'no' },
      { outcome: 'ambiguous', httpStatus: null, cause: null, billed: 'maybe' },
    ),
    next: fc.constantFrom('retry', 'fallback', 'fail', 'done'),
    fallback: fc.boolean(),
    late: fc.boolean(),
    costMicros: fc.integer({ min: 1, max: 300_000 }),
    estimatedMicros: fc.integer({ min: 1, max: 300_000 }),
    waitMs: fc.integer({ min: 0, max: 60_000 }),
    durationMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1_000, max: 600_000 })),
    endedAtMs,
    promptTokens: fc.option(fc.integer({ min: 1, max: 60_000 })),
  })
  .map(({ kind, ...row }) => ({ ...row, ...kind, costMicros: kind.outcome === 'succeeded' ? row.costMicros : 0 }))

/** Turns of two tenants that have ended, with none to four attempts each. */
export const aLedger: fc.Arbitrary<TurnRow[]> = fc
  .array(
    fc.record({
      tenantId: fc.constantFrom(...TENANTS),
      session: fc.constantFrom('1', '2'),
      status: fc.constantFrom('succeeded', 'failed', 'canceled', 'outcome_unknown'),
      endedAtMs,
      attempts: fc.array(attempt, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((turns) => turns.map(({ session, ...turn }, n) => ({ ...turn, id: `trn_${n}`, sessionId: `ses_${turn.tenantId}_${session}` })))

export async function emptyLedger(db: Database): Promise<void> {
  for (const table of ['tallies', 'alerts', 'attempts', 'turns', 'sessions', 'tenants'])
    await db.execute(sql`delete from ${sql.identifier(table)}`)
  for (const tenantId of TENANTS) {
    await db.execute(sql`insert into tenants (id, created_at_ms) values (${tenantId}, 0)`)
    for (const n of ['1', '2']) {
      await db.execute(sql`
        insert into sessions (id, tenant_id, metadata, strategy, image, safety_settings, history, policy, on_conflict, on_disconnect, created_at_ms, updated_at_ms)
        values (${`ses_${tenantId}_${n}`}, ${tenantId}, '{}', 'quality', '{}', '[]', '{"mode":"full"}', '{}', 'reject', 'continue', 0, 0)`)
    }
  }
}

/** As a transaction that ends a turn leaves it: to be seen from its commit on. */
export async function writeTurn(db: Database, turn: TurnRow): Promise<void> {
  await db.execute(sql`
    insert into turns (id, tenant_id, session_id, depth, status, version, image, policy, metadata, degraded, created_at_ms, ended_at_ms, tally)
    values (${turn.id}, ${turn.tenantId}, ${turn.sessionId}, 0, ${turn.status}, 1, '{}', '{}', '{}', '[]', 0, ${turn.endedAtMs}, 'due')`)
  for (const [index, row] of turn.attempts.entries()) {
    const usage = row.promptTokens === null ? null : usageOf(row.promptTokens)
    await db.execute(sql`
      insert into attempts (turn_id, n, tenant_id, endpoint_id, model, image, fidelity, degraded, fallback, lease_epoch, started_at_ms, ended_at_ms,
        outcome, http_status, cause, next, wait_ms, billed, usage, cost_usd, estimated_usd, late)
      values (${turn.id}, ${index + 1}, ${turn.tenantId}, ${row.endpointId}, ${row.model}, '{}', 'exact', '[]', ${row.fallback}, 1,
        ${row.endedAtMs - row.durationMs}, ${row.endedAtMs}, ${row.outcome}, ${row.httpStatus}, ${row.cause}, ${row.next}, ${row.waitMs},
        ${row.billed}, ${usage}::jsonb, ${row.costMicros / 1e6}, ${row.estimatedMicros / 1e6}, ${row.late})`)
  }
}

function usageOf(promptTokens: number): string {
  return JSON.stringify({
    ...{ promptTokens, outputTokens: 1_216, thoughtTokens: null, totalTokens: null },
    promptByModality: [{ modality: 'TEXT', tokens: promptTokens }],
    outputByModality: [{ modality: 'IMAGE', tokens: 1_120 }],
  })
}

/** The figures counted row by row; latencies exact. */
export function countedFigures(turns: readonly TurnRow[], sinceMs: number): Figures {
  const ended = turns.filter((turn) => turn.endedAtMs >= sinceMs)
  const rows = turns.flatMap(({ attempts }) => attempts).filter((row) => row.endedAtMs >= sinceMs)
  const succeeded = rows.filter(({ outcome }) => outcome === 'succeeded')
  const fallbacks = succeeded.filter(({ fallback }) => fallback).length
  const share = (part: number, whole: number) => (whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000)
  const latencies = succeeded.map(({ durationMs }) => Math.max(1, durationMs)).sort((a, b) => a - b)
  const quantile = (q: number) => latencies[Math.max(1, Math.ceil(q * latencies.length)) - 1] ?? null
  return {
    requests: ended.length,
    turns: countBy(ended, ({ status }) => status),
    attempts: rows.length,
    succeeded: succeeded.length,
    failed: rows.length - succeeded.length,
    successRate: share(succeeded.length, rows.length),
    latencyMs: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    byHttpStatus: countBy(rows, ({ httpStatus }) => String(httpStatus ?? 'none')),
    byOutcome: countBy(rows, ({ outcome }) => outcome),
    fallbacks,
    fallbackRate: share(fallbacks, succeeded.length),
    retriesPerSuccess: share(rows.filter(({ next }) => next === 'retry').length, succeeded.length),
    costUsd: rows.reduce((sum, { costMicros }) => sum + costMicros, 0) / 1e6,
  }
}

export function countBy<Row>(rows: readonly Row[], name: (row: Row) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(rows, name)].map(([key, same]) => [key, same.length]))
}
