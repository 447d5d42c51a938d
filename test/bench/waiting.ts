/** Two thousand turns that wait for their upstream at once (issue C): what each takes of memory, and of database connections. */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { printRow } from './row.ts'
import { createClient } from './stage/client.ts'
import type { LoopReport } from './stage/service-process.ts'
import { onStage, type RunningProcess, type Stage } from './stage/stage.ts'

const TURNS = Number(process.env.BENCH_TURNS ?? 2_000)
const SUBMITTERS = 16
const GOAL_BYTES = 60_000

await onStage(async (stage) => {
  const upstream = await stage.start('canned-upstream.ts')
  const service = await stage.startService(upstream.url)
  const client = createClient(service.url)
  for (let n = 0; n < 50; n++) await client.submit(await client.newSession(), 'answer:0.2 kB')
  await endOf(stage)
  const before = await settled(service)
  const connectionsBefore = await connectionsOf(stage)

  let left = TURNS
  const submit = async () => {
    while (left-- > 0) await client.submit(await client.newSession(), 'answer:held')
  }
  await Promise.all(Array.from({ length: SUBMITTERS }, submit))
  while ((await heldBy(upstream)) < TURNS) await sleep(100)
  const during = await settled(service)
  const connections = await connectionsOf(stage)
  await request(`${upstream.url}/release`, { method: 'POST' })
  await endOf(stage)
  await client.close()

  const perTurn = (pick: (memory: Settled) => number) => `${((pick(during) - pick(before)) / TURNS / 1_000).toFixed(1)} kB`
  const measured = `${perTurn(({ rssBytes }) => rssBytes)} (heap ${perTurn(({ heapBytes }) => heapBytes)})`
  printRow({ name: `memory per waiting turn, ${TURNS} in flight`, goal: `≤ ${GOAL_BYTES / 1_000} kB`, measured })
  printRow({ name: '… database connections', goal: 'as before', measured: `${connections} (before: ${connectionsBefore})` })
})

interface Settled {
  rssBytes: number
  heapBytes: number
}

/** After a full collection: what is held, not what has not been looked at yet. */
async function settled({ process: child }: RunningProcess): Promise<Settled> {
  const { heapUsedBytes } = await child.ask<LoopReport>('collect')
  return { rssBytes: child.memory().nowBytes, heapBytes: heapUsedBytes }
}

async function heldBy({ url }: RunningProcess): Promise<number> {
  return Number(await (await request(`${url}/held`)).body.text())
}

async function connectionsOf({ connection }: Stage): Promise<number> {
  const rows =
    await connection.sql`select from pg_stat_activity where application_name like 'pentimento%' and application_name <> 'pentimento-bench'`
  return rows.length
}

async function endOf({ connection }: Stage): Promise<void> {
  const open = () => connection.sql`select from turns where ended_at_ms is null limit 1`
  while ((await open()).length > 0) await sleep(100)
}
