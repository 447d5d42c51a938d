/** Turns from their acceptance to their end, durable all the way, with an upstream that takes no time: what the service itself costs. */
import { readFile, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '../../src/db/connect.ts'
import { printRow } from './row.ts'
import { type BenchClient, createClient } from './stage/client.ts'
import { onStage, type Stage } from './stage/stage.ts'

const WARM_TURNS = 300
const FLOOD_TURNS = 1_500
const CLIENTS = 32
const STEADY_PER_SECOND = 100
const STEADY_TURNS = 1_000
const COUNTED_TURNS = 200

await onStage(async (stage) => {
  const upstream = await stage.start('instant-upstream.ts')
  const { url, process: service } = await stage.startService(upstream.url)
  const client = createClient(url)
  const { sql } = stage.connection
  try {
    await flood(client, sql, WARM_TURNS)
    const cpuBeforeMs = service.cpuMs()
    const perSecond = await flood(client, sql, FLOOD_TURNS)
    // On a machine that does other things besides, this says more than the rate.
    const cpuMs = ((service.cpuMs() - cpuBeforeMs) / FLOOD_TURNS).toFixed(1)
    const measured = `${perSecond.toFixed(0)} (${cpuMs} ms of the service's CPU each, sessions included)`
    printRow({ name: 'turns per second, first turns of sessions', goal: '≥ 150', measured })
    const latencies = await steady(client, sql)
    const shown = [50, 95, 99].map((share) => `p${share} ${percentile(latencies, share)}`).join(', ')
    printRow({ name: `accepted → sent at ${STEADY_PER_SECOND}/s, ms`, goal: 'p95 ≤ 60', measured: shown })
    const statements = await countStatements(stage, () => flood(client, sql, COUNTED_TURNS))
    const perTurn = Object.entries(statements).map(([name, count]) => `${name} ${(count / COUNTED_TURNS).toFixed(1)}`)
    printRow({ name: 'SQL statements per turn, busy', goal: '≤ 12', measured: perTurn.join(', ') })
  } finally {
    await client.close()
  }
})

/** Accepts turns as fast as they are taken, each in a session of its own, and returns how many a second came to their end. */
async function flood(client: BenchClient, sql: Sql, count: number): Promise<number> {
  const sessions = await inParallel(count, () => client.newSession())
  const before = await ended(sql)
  const startMs = performance.now()
  await inParallel(count, (n) => client.submit(sessions[n] ?? '', 'a red kite'))
  await untilEnded(sql, before + count)
  return count / ((performance.now() - startMs) / 1000)
}

/** Accepts turns at an even rate; returns for each how long it took from there until its attempt was about to be sent, in ms. */
async function steady(client: BenchClient, sql: Sql): Promise<number[]> {
  const sessions = await inParallel(STEADY_TURNS, () => client.newSession())
  const before = await ended(sql)
  const startMs = performance.now()
  const sent = sessions.map(async (session, n) => {
    await delay(Math.max(0, startMs + (n * 1000) / STEADY_PER_SECOND - performance.now()))
    await client.submit(session, 'a red kite')
  })
  await Promise.all(sent)
  await untilEnded(sql, before + STEADY_TURNS)
  const rows = await sql<{ ms: number }[]>`
    select (attempts.started_at_ms - turns.created_at_ms)::int as ms
    from turns join attempts on attempts.turn_id = turns.id and attempts.n = 1
    order by turns.position desc limit ${STEADY_TURNS}`
  return rows.map(({ ms }) => ms).sort((a, b) => a - b)
}

/** Statements the server executed meanwhile, by the application that sent them, transactions' begin and commit among them. */
async function countStatements({ connection: { sql }, blobDir }: Stage, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const log = join(dirname(blobDir), 'postgres.log')
  for (const [name, value] of [
    ['log_statement', 'all'],
    ['log_line_prefix', '%a '],
  ]) {
    await sql.unsafe(`alter system set ${name} = '${value}'`)
  }
  await sql`select pg_reload_conf()`
  await delay(500)
  await truncate(log)
  await work()
  const lines = (await readFile(log, 'utf8')).split('\n')
  const counts: Record<string, number> = {}
  for (const line of lines) {
    const [, application = ''] = /^(pentimento(?:-jobs)?) LOG: {2}(?:statement|execute [^:]*):/.exec(line) ?? []
    if (application !== '' && !/: (?:insert into "sessions"|insert into "tenants")/.test(line))
      counts[application] = (counts[application] ?? 0) + 1
  }
  if (process.env.BENCH_STATEMENTS !== undefined) showStatements(lines)
  return counts
}

/** For whoever wants to know which. */
function showStatements(lines: readonly string[]): void {
  const shapes = Map.groupBy(
    lines.flatMap((line) => /^pentimento\S* LOG: {2}(?:statement|execute [^:]*): (.{0,150})/.exec(line)?.[1] ?? []),
    (text) => text.replace(/\s+/g, ' ').trim(),
  )
  for (const [text, all] of [...shapes].sort((a, b) => b[1].length - a[1].length)) process.stderr.write(`${all.length}\t${text}\n`)
}

async function ended(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from turns where status = 'succeeded'`
  return row?.count ?? 0
}

async function untilEnded(sql: Sql, count: number): Promise<void> {
  while ((await ended(sql)) < count) await delay(20)
}

async function inParallel<Result>(count: number, work: (n: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      const n = next++
      results[n] = await work(n)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, worker))
  return results
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? Number.NaN
}
