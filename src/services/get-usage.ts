import { RequestError } from '../domain/problem.ts'
import { monthBeginsMs } from '../monitoring/calendar-month.ts'
import { addCounts, subtractCounts } from '../monitoring/counts.ts'
import { readSessions } from '../monitoring/read-sessions.ts'
import { readPeriod, type Tally } from '../monitoring/read-tallies.ts'
import { type Receipt, receiptOf } from '../monitoring/receipt.ts'
import { HOUR_MS } from '../monitoring/tally-sql.ts'
import { toIso } from '../runtime/instant.ts'
import type { Verb } from './context.ts'
import { visibleTenant } from './scope.ts'

export const USAGE_GROUPS = ['day', 'model', 'session', 'tenant'] as const
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export interface UsageInput {
  /** Unix ms. Absent: the beginning of this month (UTC), and now. */
  fromMs?: number | undefined
  toMs?: number | undefined
  groupBy: UsageGroup
}

export interface Usage {
  /** As asked, widened to full hours. */
  fromMs: number
  toMs: number
  groupBy: UsageGroup
  total: Receipt
  /** `key`: the day (`2026-11-20`), the model, the session or the tenant. */
  data: (Receipt & { key: string | null })[]
}

/** Sessions listed one by one, the dearest first; the others are added up. */
const SESSIONS_MAX = 1_000
const YEAR_MS = 366 * 24 * HOUR_MS

/** Receipts of what ended within a time, added up: the caller's, or everyone's for the admin. Copies of turns cost nothing again. */
export const getUsage: Verb<UsageInput, Usage> = async ({ ctx, input }) => {
  const nowMs = ctx.clock.nowMs()
  const fromMs = Math.floor((input.fromMs ?? monthBeginsMs(nowMs)) / HOUR_MS) * HOUR_MS
  const toMs = Math.ceil((input.toMs ?? nowMs + 1) / HOUR_MS) * HOUR_MS
  if (toMs <= fromMs || toMs - fromMs > YEAR_MS) {
    const message = 'must lie after from, by a year at most'
    throw new RequestError('invalid_request', 'There is no usage of such a time.', { errors: [{ path: 'to', message }] })
  }
  const tenantId = visibleTenant(ctx)
  const tallies = await readPeriod(ctx.db, tenantId === null ? 'each' : { tenantId }, fromMs, toMs)
  const { groupBy } = input
  const data =
    groupBy === 'session'
      ? bySession(tallies, await readSessions(ctx.db, tenantId, fromMs, toMs, SESSIONS_MAX))
      : byKey(tallies, KEYS[groupBy])
  return { fromMs, toMs, groupBy, total: receiptOf(tallies), data }
}

const KEYS: Readonly<Record<Exclude<UsageGroup, 'session'>, (tally: Tally) => string | null>> = {
  day: ({ fromMs }) => toIso(fromMs).slice(0, 10),
  model: ({ model }) => model || null,
  tenant: ({ tenantId }) => tenantId,
}

function byKey(tallies: readonly Tally[], keyOf: (tally: Tally) => string | null): Usage['data'] {
  const groups = [...Map.groupBy(tallies, keyOf)].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
  return groups.map(([key, own]) => ({ key, ...receiptOf(own) }))
}

/** What no listed session accounts for stands under null: sessions deleted since, and those beyond the longest list. */
function bySession(tallies: readonly Tally[], sessions: Awaited<ReturnType<typeof readSessions>>): Usage['data'] {
  const listed = sessions.map((session) => ({ key: session.sessionId, ...receiptOf([session]) }))
  const counts = subtractCounts(addCounts(tallies.map((tally) => tally.counts)), addCounts(sessions.map((session) => session.counts)))
  const sumOf = (rows: readonly { costMicros: number }[]) => rows.reduce((sum, { costMicros }) => sum + costMicros, 0)
  const rest = receiptOf([{ counts, costMicros: sumOf(tallies) - sumOf(sessions) }])
  return rest.requests + rest.attempts === 0 ? listed : [...listed, { key: null, ...rest }]
}
