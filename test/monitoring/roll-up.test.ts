import { sql } from 'drizzle-orm'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { connect, type Database } from '../../src/db/connect.ts'
import { type Figures, figuresOf } from '../../src/monitoring/figures.ts'
import { readWindow } from '../../src/monitoring/read-tallies.ts'
import { rollUp, rollUpSession } from '../../src/monitoring/roll-up.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { aLedger, countedFigures, emptyLedger, LEDGER_NOW_MS, TENANTS, type TurnRow, writeTurn } from './a-ledger.ts'

const WINDOWS_MS = [5 * 60_000, 3_600_000, 24 * 3_600_000]
const beginningOf = (windowMs: number) => Math.floor((LEDGER_NOW_MS - windowMs) / 60_000) * 60_000

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase({ max: 8 })
})

/** Counts and money exactly, latencies within 2 % (and the half millisecond that rounding takes). */
function expectEqual(seen: Figures, counted: Figures): void {
  expect({ ...seen, latencyMs: null }).toEqual({ ...counted, latencyMs: null })
  for (const q of ['p50', 'p95', 'p99'] as const) {
    const [read, exact] = [seen.latencyMs[q], counted.latencyMs[q]]
    if (exact === null || read === null) expect(read).toBe(exact)
    else expect(Math.abs(read - exact)).toBeLessThanOrEqual(0.02 * exact + 0.5)
  }
}

async function expectEverywhereEqual(db: Database, turns: readonly TurnRow[]): Promise<void> {
  for (const tenantId of [null, ...TENANTS]) {
    const own = turns.filter((turn) => tenantId === null || turn.tenantId === tenantId)
    for (const windowMs of WINDOWS_MS) {
      const sinceMs = beginningOf(windowMs)
      expectEqual(
        figuresOf(await readWindow(db, tenantId === null ? 'all' : { tenantId }, sinceMs, LEDGER_NOW_MS)),
        countedFigures(own, sinceMs),
      )
    }
  }
}

/** A transaction that has written a turn and not committed it yet. */
async function beginWriting(url: string, turn: TurnRow): Promise<() => Promise<void>> {
  const connection = connect(url, { max: 1, applicationName: 'pentimento-test' })
  const written = Promise.withResolvers<void>()
  const commit = Promise.withResolvers<void>()
  const done = connection.db.transaction(async (tx) => {
    await writeTurn(tx, turn)
    written.resolve()
    await commit.promise
  })
  await written.promise
  return async () => {
    commit.resolve()
    await done
    await connection.sql.end()
  }
}

const schedules = aLedger.chain((turns) =>
  fc.record({ turns: fc.constant(turns), order: fc.shuffledSubarray(turns, { minLength: turns.length }), rollUps: fc.array(fc.boolean()) }),
)

test('at every moment counts and money equal a recount, in whatever order ends commit and whoever rolls up when', async () => {
  await fc.assert(
    fc.asyncProperty(schedules, async ({ turns, order, rollUps }) => {
      const { db, url } = database
      await emptyLedger(db)
      const commits = new Map<string, () => Promise<void>>()
      for (const turn of turns) commits.set(turn.id, await beginWriting(url, turn))
      const seen: TurnRow[] = []
      try {
        for (const [index, turn] of order.entries()) {
          await commits.get(turn.id)?.()
          commits.delete(turn.id)
          seen.push(turn)
          // Two nodes at once.
          if (rollUps[index] === true) await Promise.all([rollUp(db, LEDGER_NOW_MS), rollUp(db, LEDGER_NOW_MS)])
          if (index % 3 === 0) await expectEverywhereEqual(db, seen)
        }
      } finally {
        for (const commit of commits.values()) await commit()
      }
      await rollUp(db, LEDGER_NOW_MS)
      await expectEverywhereEqual(db, turns)
      expect(await rollUp(db, LEDGER_NOW_MS)).toBe(0)
      await expectEverywhereEqual(db, turns)
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('a reader sees every end once while rows move from the ledger into the tallies', async () => {
  const { db } = database
  await emptyLedger(db)
  const turns = fc
    .sample(aLedger, { numRuns: 40, seed: 7 })
    .flatMap((ledger, n) => ledger.map((turn) => ({ ...turn, id: `${turn.id}_${n}` })))
  for (const turn of turns) await writeTurn(db, turn)
  let rolling = true
  const rolled = rollUp(db, LEDGER_NOW_MS).finally(() => {
    rolling = false
  })
  do await expectEverywhereEqual(db, turns)
  while (rolling)
  await rolled
  await expectEverywhereEqual(db, turns)
}, 60_000)

test('what a deleted session cost stays in the sums, attempts in flight as canceled and perhaps billed', async () => {
  const { db } = database
  await emptyLedger(db)
  const [first, second] = fc.sample(aLedger, { numRuns: 2, seed: 3 })
  const turns = [...(first ?? []), ...(second ?? []).map((turn) => ({ ...turn, id: `${turn.id}_b` }))]
  for (const turn of turns) await writeTurn(db, turn)
  await rollUp(db, LEDGER_NOW_MS)
  const open: TurnRow = {
    id: 'trn_open',
    tenantId: 'acme',
    sessionId: 'ses_acme_1',
    status: 'succeeded',
    endedAtMs: LEDGER_NOW_MS,
    attempts: [],
  }
  await writeTurn(db, open)
  await db.execute(sql`update turns set status = 'running', ended_at_ms = null where id = 'trn_open'`)
  await db.execute(sql`
    insert into attempts (turn_id, n, tenant_id, endpoint_id, model, image, fidelity, degraded, fallback, lease_epoch, started_at_ms, billed, cost_usd, estimated_usd)
    values ('trn_open', 1, 'acme', 'gemini', 'gemini-3-pro-image', '{}', 'exact', '[]', false, 1, ${LEDGER_NOW_MS - 5_000}, 'maybe', 0, 0.134)`)
  const before = figuresOf(await readWindow(db, { tenantId: 'acme' }, beginningOf(86_400_000), LEDGER_NOW_MS))
  await db.transaction(async (tx) => {
    await rollUpSession(tx, 'ses_acme_1', LEDGER_NOW_MS)
    await tx.execute(sql`delete from sessions where id = 'ses_acme_1'`)
  })
  const after = figuresOf(await readWindow(db, { tenantId: 'acme' }, beginningOf(86_400_000), LEDGER_NOW_MS))
  expect(after).toMatchObject({
    costUsd: before.costUsd,
    succeeded: before.succeeded,
    attempts: before.attempts + 1,
    requests: before.requests + 1,
  })
  expect(after.byOutcome).toMatchObject({ canceled: 1 })
  expect(await rollUp(db, LEDGER_NOW_MS)).toBe(0)
})
