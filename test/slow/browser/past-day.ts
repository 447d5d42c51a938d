/** A day and a month of a service that was busy, written into its ledger: with one bad hour, and a pause on weekends. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/db/connect.ts'
import { rollUp } from '../../../src/monitoring/roll-up.ts'
import { type AttemptRow, writeTurn } from '../../monitoring/a-ledger.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const EVERY_MS = 150_000
const PRICE_MICROS = { first: 134_000, second: 67_000 }
const FIRST = 'gemini-3-pro-image'
const SECOND = 'gemini-nano-banana-2.1'

/** Numbers from 0 to 1, the same in every run. */
function series(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const common = { endpointId: 'gemini', cause: null, late: false, estimatedMicros: PRICE_MICROS.first, waitMs: 0, promptTokens: 1_200 }

function failed(outcome: string, httpStatus: number, endedAtMs: number, next = 'retry'): AttemptRow {
  const spent = { billed: 'no', costMicros: 0, durationMs: 1_500 }
  return { ...common, ...spent, model: FIRST, outcome, httpStatus, next, fallback: false, endedAtMs }
}

function answered(fallback: boolean, durationMs: number, endedAtMs: number): AttemptRow {
  const spent = { billed: 'yes', costMicros: fallback ? PRICE_MICROS.second : PRICE_MICROS.first, durationMs: Math.round(durationMs) }
  return { ...common, ...spent, model: fallback ? SECOND : FIRST, outcome: 'succeeded', httpStatus: 200, next: 'done', fallback, endedAtMs }
}

function attemptsAt(endedAtMs: number, bad: boolean, chance: () => number): AttemptRow[] {
  const refused = chance() < (bad ? 0.7 : 0.06) ? [failed('overloaded', 503, endedAtMs)] : []
  const again =
    refused.length > 0 && chance() < 0.6 ? [failed(chance() < 0.6 ? 'overloaded' : 'rate_limited', 503, endedAtMs, 'fallback')] : []
  if (chance() < 0.02) return [...refused, ...again, failed('blocked', 200, endedAtMs, 'fail')]
  const fallback = again.length > 0
  const usualMs = (fallback ? 9_000 : 21_000) * (0.7 + chance() * 0.9)
  return [...refused, ...again, answered(fallback, usualMs + (bad ? 24_000 : 0), endedAtMs)]
}

/** Writes them as turns of a session that is there. */
export async function writePastDay(db: Database, owner: { tenantId: string; sessionId: string }, nowMs: number): Promise<void> {
  const chance = series(42)
  for (let endedAtMs = nowMs - DAY_MS - HOUR_MS; endedAtMs < nowMs - HOUR_MS / 4; endedAtMs += EVERY_MS) {
    const agoMs = nowMs - endedAtMs
    const attempts = attemptsAt(endedAtMs, agoMs > 8 * HOUR_MS && agoMs < 9.5 * HOUR_MS, chance)
    const status = attempts.at(-1)?.outcome === 'succeeded' ? 'succeeded' : 'failed'
    await writeTurn(db, { ...owner, id: `trn_past_${endedAtMs}`, status, endedAtMs, attempts })
  }
  await rollUp(db, nowMs)
  for (let day = 2; day < 30; day += 1) {
    const fromMs = (Math.floor(nowMs / DAY_MS) - day) * DAY_MS
    const costMicros = Math.round((day % 7 < 2 ? 18 : 60) * 1e6 * (0.6 + chance()))
    await db.execute(sql`
      insert into tallies (tenant_id, span_ms, from_ms, endpoint_id, model, cost_micros, counts)
      values (${owner.tenantId}, ${DAY_MS}, ${fromMs}, 'gemini', ${FIRST}, ${costMicros}, '{"attempts": 600, "outcome/succeeded": 580}')`)
  }
}
