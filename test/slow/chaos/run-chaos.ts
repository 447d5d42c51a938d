/** One run: nodes, PostgreSQL, a faulty upstream and their clients, disturbed until all has been said; then judged. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type Sql } from '../../../src/db/connect.ts'
import { startPostgres } from '../../../src/node/embedded-postgres.ts'
import { findEmbeddedBinaries, findSystemBinaries } from '../../../src/node/embedded-postgres-binaries.ts'
import { isAlive } from '../../../src/node/embedded-postgres-postmaster.ts'
import { createFsBlobStore } from '../../../src/node/fs-blob-store.ts'
import { systemClock as clock } from '../../../src/runtime/clock.ts'
import { systemRandom as random } from '../../../src/runtime/random.ts'
import type { FaultRuleInput } from '../../../src/simulator/faults/fault-rule.ts'
import { startSimulator } from '../../../src/simulator/start-simulator.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { createChance } from './chance.ts'
import { createClient } from './client.ts'
import { type Accepted, converse, MANNERS } from './converse.ts'
import { disturb } from './disturb.ts'
import { judge } from './judge.ts'
import { createNodes } from './nodes.ts'

export interface ChaosOptions {
  seed: number
  nodes: number
  sessions: number
  turnsPerSession: number
  /** Rounds of conversations go on for this long at least. */
  minMs?: number
}

export interface ChaosReport {
  breaches: string[]
  /** Turns by status, attempts by outcome, disturbances by kind. */
  figures: Record<string, Record<string, number>>
  /** What the nodes said; kept when there are breaches. */
  logPath: string
}

const LEASE_MS = 2_000
const REST_MS_MAX = 30_000

const FAULTS: FaultRuleInput[] = [
  { match: { rate: 0.06 }, fault: { kind: 'error', error: 'overloaded' } },
  { match: { rate: 0.03 }, fault: { kind: 'rate_limited', quota: 'tokens', retryDelay: '0.3s' } },
  { match: { rate: 0.02 }, fault: { kind: 'error', error: 'internal' } },
  { match: { rate: 0.03 }, fault: { kind: 'drop', carriedOut: false } },
  { match: { rate: 0.03 }, fault: { kind: 'drop', carriedOut: true } },
  { match: { rate: 0.03 }, fault: { kind: 'cut', afterBytes: 1_000 } },
  { match: { rate: 0.05 }, fault: { kind: 'latency', ms: 1_500 } },
]

/** What ships, with waits a test can wait for. */
const POLICY = {
  interactive: { backoffBaseMs: 50, backoffCapMs: 300, roundPauseMs: 100, minimumSliceMs: 500, deadlineMs: 40_000 },
  breaker: { openShare: 1, openInARow: 1_000 },
  retryBudget: { floor: 10_000 },
  lingerMs: 2_000,
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-chaos-'))
  const closers: (() => Promise<unknown>)[] = []
  const logPath = join(dir, 'nodes.log')
  let breaches: string[] = ['the run did not come to its end']
  try {
    const report = await play(options, dir, logPath, closers)
    breaches = report.breaches
    return report
  } finally {
    for (const close of closers.reverse()) await close()
    if (breaches.length === 0) await rm(dir, { recursive: true, force: true })
  }
}

async function play(options: ChaosOptions, dir: string, logPath: string, closers: (() => Promise<unknown>)[]): Promise<ChaosReport> {
  const { seed, nodes: slots } = options
  const binaries = (await findEmbeddedBinaries(join(dir, 'lib'))) ?? (await findSystemBinaries())
  if (binaries === null) throw new Error('there is no PostgreSQL to run')
  const logger = recordingLogger()
  const postgres = await startPostgres({ clusterDir: join(dir, 'postgres'), socketRoot: dir, binaries, clock, random, logger })
  closers.push(() => postgres.stop())
  const simulator = await startSimulator({
    ...{ seed: String(seed), faults: FAULTS, latency: { '*': { minMs: 100, maxMs: 900 } }, recordHeaders: ['x-request-id'] },
    ...{ drawing: 'canned', edge1kPx: 64, signatureBytes: { min: 120, max: 400 }, textRate: 0.2 },
  })
  closers.push(() => simulator.close())
  const nodes = createNodes(nodeEnv(dir, postgres.url, simulator.url), logPath)
  closers.push(() => nodes.close())
  await Promise.all(Array.from({ length: slots }, (_, slot) => nodes.start(slot)))

  const over = new AbortController()
  // Between its end and its next start there is nothing to kill.
  const killPostgres = () => isAlive(postgres.pid) && void process.kill(postgres.pid, 'SIGKILL')
  const disturbing = disturb({ nodes, slots, killPostgres, leaseMs: LEASE_MS }, createChance(seed), over.signal)
  const accepted: Accepted = new Map()
  const complaints: string[] = []
  await converseInRounds(options, nodes.urls, accepted, complaints).finally(() => over.abort())
  const disturbances = await disturbing

  const { sql } = connect(postgres.url, { max: 2, applicationName: 'pentimento-chaos' })
  closers.push(() => sql.end({ timeout: 1 }))
  await untilAtRest(sql)
  const blobs = createFsBlobStore(join(dir, 'media'), { clock, random, durable: false })
  const breaches = [...complaints, ...nodes.complaints, ...(await judge({ sql, blobs, requests: simulator.log(), accepted }))]
  return { breaches, figures: { disturbances, ...(await countRows(sql)) }, logPath }
}

function nodeEnv(dataDir: string, databaseUrl: string, upstreamUrl: string): NodeJS.ProcessEnv {
  return {
    ...{ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: upstreamUrl },
    ...{ LEASE_MS: String(LEASE_MS), DRAIN_MS: '1000', ENGINE_POLICY: JSON.stringify(POLICY) },
  }
}

async function converseInRounds(
  { seed, sessions, turnsPerSession, minMs = 0 }: ChaosOptions,
  urls: () => string[],
  accepted: Accepted,
  complaints: string[],
) {
  const untilMs = Date.now() + minMs
  for (let round = 0; round === 0 || Date.now() < untilMs; round++) {
    await Promise.all(
      Array.from({ length: sessions }, async (_, n) => {
        const chance = createChance(seed * 1_000_003 + round * 1_009 + n)
        const manner = MANNERS[n % MANNERS.length] ?? 'one by one'
        await delay(chance.between(0, 2_000))
        const client = createClient(urls, chance)
        await converse({ name: `s${round}-${n}`, manner, turns: turnsPerSession, client, chance, accepted, complaints })
      }),
    )
  }
}

/** Answers are read on after a cancel, and what a dead node left is tidied up: none of it takes long. */
async function untilAtRest(sql: Sql): Promise<void> {
  const untilMs = Date.now() + REST_MS_MAX
  while (Date.now() < untilMs) {
    const [row] = await sql<{ busy: number }[]>`
      select (select count(*) from attempts where ended_at_ms is null) + (select count(*) from turns where lease_owner is not null) as busy`
    if (row?.busy === 0) return
    await delay(200)
  }
}

async function countRows(sql: Sql): Promise<ChaosReport['figures']> {
  const count = (rows: readonly { name: string; count: number }[]) => Object.fromEntries(rows.map((row) => [row.name, row.count]))
  return {
    turns: count(await sql<{ name: string; count: number }[]>`select status as name, count(*)::int from turns group by status`),
    attempts: count(
      await sql<{ name: string; count: number }[]>`
      select coalesce(outcome, 'open') || case when late then ' (late)' else '' end as name, count(*)::int from attempts group by 1`,
    ),
    epochs: count(
      await sql<{ name: string; count: number }[]>`
      select 'taken over' as name, count(*)::int from (select turn_id from attempts group by turn_id having count(distinct lease_epoch) > 1) moved`,
    ),
  }
}
