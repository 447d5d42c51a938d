/** `/v1/stats?window=24h` with a million attempts in the ledger, most of them added up and the last minutes not. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { parseConfig } from '../../src/config.ts'
import { connect, type Database } from '../../src/db/connect.ts'
import { rollUp } from '../../src/monitoring/roll-up.ts'
import { findPostgres } from '../../src/node/find-postgres.ts'
import { startService } from '../../src/node/start-service.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { createLogger } from '../../src/runtime/logger.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { ms, percentile } from './figures.ts'
import { printRow } from './row.ts'

const ATTEMPTS = 1_000_000
/** Twice what ends between two roll-ups, at this rate. */
const TAIL_MS = 20_000
const REQUESTS = 200
const GOAL_MS = 20

const logger = createLogger({ clock: systemClock, sink: (line) => process.stderr.write(`${line}\n`), level: 'warn' })
const dataDir = await mkdtemp(join(tmpdir(), 'pentimento-bench-'))
const postgres = await findPostgres({
  databaseUrl: null,
  dataDir,
  clock: systemClock,
  random: systemRandom,
  logger,
  fsync: false,
  tcp: false,
})
const parsed = parseConfig({ DATABASE_URL: postgres.url, DATA_DIR: dataDir, PORT: '0', GEMINI_API_KEY: 'unused', EXECUTOR: 'off' })
if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
const service = await startService(parsed.ok, { logger })
const { db, sql: client } = connect(postgres.url, { max: 2, applicationName: 'bench' })

const nowMs = systemClock.nowMs()
await fill(db, nowMs)
const rolledMs = await timed(() => rollUp(db, nowMs))
await db.execute(sql`vacuum analyze`)
await fillTail(db, systemClock.nowMs())
for (let n = 0; n < 20; n++) await stats()
const taken: number[] = []
for (let n = 0; n < REQUESTS; n++) taken.push(await stats())
const recount = await timed(() =>
  db.execute(sql`select model, outcome, http_status, count(*), sum(cost_usd) from attempts group by 1, 2, 3`),
)

printRow({ name: 'stats of 24 h over 1,000,000 attempts, median', goal: `< ${GOAL_MS} ms`, measured: ms(percentile(taken, 0.5)) })
printRow({ name: 'the same, p95', goal: `< ${GOAL_MS} ms`, measured: ms(percentile(taken, 0.95)) })
printRow({ name: 'the fastest of them', goal: '', measured: ms(Math.min(...taken)) })
printRow({ name: 'counting the ledger instead, without percentiles', goal: '', measured: ms(recount) })
printRow({ name: 'rolling the ledger up', goal: '', measured: `${Math.round(ATTEMPTS / (rolledMs / 1_000))} attempts/s` })

await client.end()
await service.close()
await postgres.stop()
await rm(dataDir, { recursive: true, force: true })

async function stats(): Promise<number> {
  return timed(async () => {
    const answer = await fetch(`${service.url}/v1/stats?window=24h`)
    const { attempts } = (await answer.json()) as { attempts: number }
    if (attempts < ATTEMPTS * 0.99) throw new Error(`only ${attempts} attempts were counted`)
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

/** A day of one tenant: three models at two endpoints, latencies from 3 s to 2 min, one in five overloaded. */
async function fill(db: Database, nowMs: number): Promise<void> {
  await db.execute(sql`insert into tenants (id, created_at_ms) values ('local', 0)`)
  await db.execute(sql`
    insert into sessions (id, tenant_id, metadata, strategy, image, safety_settings, history, policy, on_conflict, on_disconnect, created_at_ms, updated_at_ms)
    values ('ses', 'local', '{}', 'quality', '{}', '[]', '{"mode":"full"}', '{}', 'reject', 'continue', 0, 0)`)
  await fillFrom(db, 0, ATTEMPTS, sql`${nowMs}::bigint - 86390000 + (n::bigint * 86300000 / ${ATTEMPTS})`)
}

async function fillTail(db: Database, nowMs: number): Promise<void> {
  const count = Math.round((ATTEMPTS * TAIL_MS) / 86_400_000)
  await fillFrom(db, ATTEMPTS, count, sql`${nowMs}::bigint - (n % ${TAIL_MS})`)
}

async function fillFrom(db: Database, first: number, count: number, endedAt: ReturnType<typeof sql>): Promise<void> {
  const numbers = sql`generate_series(${first}::int, ${first + count - 1}::int) n`
  await db.execute(sql`
    insert into turns (id, tenant_id, session_id, depth, status, version, image, policy, metadata, degraded, created_at_ms, ended_at_ms, tally)
    select 'trn_' || n, 'local', 'ses', 0, 'succeeded', 1, '{}', '{}', '{}', '[]', 0, ${endedAt}, 'due' from ${numbers}`)
  await db.execute(sql`
    insert into attempts (turn_id, n, tenant_id, endpoint_id, model, image, fidelity, degraded, fallback, lease_epoch, started_at_ms, ended_at_ms,
      outcome, http_status, next, billed, cost_usd, usage)
    select 'trn_' || n, 1, 'local', (array['gemini', 'relay'])[1 + n % 2],
      (array['gemini-3-pro-image', 'gemini-nano-banana-2.1', 'gemini-2.5-flash-image'])[1 + (n / 2) % 3], '{}', 'exact', '[]', n % 7 = 0, 1,
      ended - (3000 * exp(random() * 3.7))::bigint, ended, case when n % 5 = 0 then 'overloaded' else 'succeeded' end,
      case when n % 5 = 0 then 503 else 200 end, 'done', case when n % 5 = 0 then 'no' else 'yes' end, 0.134,
      '{"promptTokens":280,"outputTokens":1216,"thoughtTokens":179,"promptByModality":[{"modality":"TEXT","tokens":22}],"outputByModality":[{"modality":"IMAGE","tokens":1120}]}'
    from (select n, ${endedAt} as ended from ${numbers}) rows`)
}
