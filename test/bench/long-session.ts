/** Whether the 200th turn of a windowed session costs what its 20th did (issue C). */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { median, ms } from './figures.ts'
import { printRow } from './row.ts'
import { type BenchClient, createClient } from './stage/client.ts'
import { seedSession } from './stage/seed-session.ts'
import { onStage, type RunningProcess, type Stage } from './stage/stage.ts'

const ROUNDS = 20
const PAST = { imageBytes: 100_000, signatureBytes: 200_000, history: { mode: 'window', images: 4 } } as const
/** A backend reports what it read once a second. */
const REPORTED_AFTER_MS = 1_500

interface Cost {
  sentBytes: number
  rows: number
  turnMs: number
}

await onStage(async (stage) => {
  const simulator = await stage.startSimulator({
    validation: 'fast',
    drawing: 'canned',
    timeScale: 0,
    textRate: 0,
    signatureBytes: { min: 150_000, max: 150_000 },
  })
  const [short, long] = [await seedSession(stage, { ...PAST, turns: 19 }), await seedSession(stage, { ...PAST, turns: 199 })]
  await stage.connection.sql`vacuum analyze`
  const service = await stage.startService(simulator.url, { WAIT_MAX_MS: '180000' })
  const client = createClient(service.url)
  for (let n = 0; n < 5; n++) await client.turn(await client.newSession(), 'a warm-up')
  const [at20, at200] = [await costOf(stage, simulator, client, short), await costOf(stage, simulator, client, long)]
  await client.close()

  const row = (name: string, pick: (cost: Cost) => number, unit: (value: number) => string) => {
    const ratio = pick(at200) / pick(at20)
    printRow({
      name: `turn 200 against turn 20: ${name}`,
      goal: '≤ 1.2 ×',
      measured: `${ratio.toFixed(2)} × (${unit(pick(at200))} : ${unit(pick(at20))})`,
    })
  }
  row(
    'bytes sent',
    ({ sentBytes }) => sentBytes,
    (value) => `${(value / 1e6).toFixed(2)} MB`,
  )
  row(
    'rows read',
    ({ rows }) => rows,
    (value) => value.toFixed(0),
  )
  row('time of the turn', ({ turnMs }) => turnMs, ms)
})

/** Of one turn, in the mean: every round asks anew at the same place, so that the branch stays as long as it is. */
async function costOf(stage: Stage, simulator: RunningProcess, client: BenchClient, sessionId: string): Promise<Cost> {
  const [head] = await stage.connection.sql<{ id: string }[]>`select head_turn_id as id from sessions where id = ${sessionId}`
  const before = { bytes: await sentBytes(simulator), rows: await rowsRead(stage) }
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now()
    await client.turn(sessionId, 'once more', { parentId: head?.id })
    times.push(performance.now() - startMs)
  }
  const after = { bytes: await sentBytes(simulator), rows: await rowsRead(stage) }
  return { sentBytes: (after.bytes - before.bytes) / ROUNDS, rows: (after.rows - before.rows) / ROUNDS, turnMs: median(times) }
}

async function sentBytes({ url }: RunningProcess): Promise<number> {
  return ((await (await request(`${url}/simulator/counts`)).body.json()) as { requestBytes: number }).requestBytes
}

async function rowsRead({ connection }: Stage): Promise<number> {
  await sleep(REPORTED_AFTER_MS)
  const [row] = await connection.sql<{ rows: number }[]>`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::float8 as rows from pg_stat_user_tables`
  return row?.rows ?? 0
}
