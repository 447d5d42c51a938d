/** What a durable turn takes longer than a direct call (issue C), for answers of four sizes; and how many large ones a second. */
import { open, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, ms } from './figures.ts'
import { printRow } from './row.ts'
import { type BenchClient, createClient } from './stage/client.ts'
import { directCall } from './stage/direct-call.ts'
import { onStage } from './stage/stage.ts'

const GOALS_MS = { '0.2 kB': 8, '1.5 MB': 15, '6 MB': 40, '1.0 + 2.2 MB': 20 } as const
const ROUNDS = 25
/** V8 has seen a turn some hundreds of times before it has made the most of it, as in a service that has been up for a minute. */
const WARM_UPS = 300
const AT_ONCE = 32
const LARGE_TURNS = 160
const TURNS_PER_SECOND = 40

await onStage(async (stage) => {
  const upstream = await stage.start('canned-upstream.ts')
  const service = await stage.startService(upstream.url, { WAIT_MAX_MS: '180000' })
  const client = createClient(service.url)
  for (const [size, goalMs] of Object.entries(GOALS_MS)) {
    const direct: number[] = []
    const durable: number[] = []
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const directMs = await directCall(upstream.url, `answer:${size}`)
      const durableMs = await durableTurn(client, `answer:${size}`)
      if (round < 0) continue
      direct.push(directMs)
      durable.push(durableMs)
    }
    const measured = `${ms(median(durable) - median(direct))} (${ms(median(durable))} against ${ms(median(direct))})`
    printRow({ name: `added to an answer of ${size}, median of ${ROUNDS}`, goal: `≤ ${goalMs} ms`, measured })
  }
  printRow({ name: 'the disk alone: three synced writes of 8 kB', goal: '', measured: ms(await syncedWriteMs(8_192, 3)) })
  printRow({
    name: 'the disk alone: one synced file of 4.5 MB, as of a 6 MB answer',
    goal: '',
    measured: ms(await syncedWriteMs(4_500_000, 1)),
  })

  const cpuBeforeMs = service.process.cpuMs()
  const startMs = performance.now()
  let left = LARGE_TURNS
  const keepAsking = async () => {
    while (left-- > 0) await durableTurn(client, 'answer:6 MB')
  }
  await Promise.all(Array.from({ length: AT_ONCE }, keepAsking))
  const perSecond = LARGE_TURNS / ((performance.now() - startMs) / 1_000)
  const cpuMs = (service.process.cpuMs() - cpuBeforeMs) / LARGE_TURNS
  const measured = `${perSecond.toFixed(1)} turns/s (${ms(cpuMs)} CPU each; ${availableParallelism()} cores for all)`
  printRow({ name: `${AT_ONCE} turns of 6 MB at once`, goal: `≥ ${TURNS_PER_SECOND} turns/s`, measured })
  await client.close()
})

/** A session of its own each time, made beforehand: no history, no siblings. */
async function durableTurn(client: BenchClient, text: string): Promise<number> {
  const session = await client.newSession()
  const startMs = performance.now()
  await client.turn(session, text)
  return performance.now() - startMs
}

/** The median of ten. */
async function syncedWriteMs(bytes: number, writes: number): Promise<number> {
  const path = join(process.env.BENCH_DIR ?? tmpdir(), `pentimento-bench-${process.pid}`)
  const file = await open(path, 'w')
  const piece = Buffer.alloc(bytes, 'synced')
  const times: number[] = []
  for (let round = 0; round < 10; round++) {
    const startMs = performance.now()
    for (let n = 0; n < writes; n++) {
      await file.write(piece)
      await file.datasync()
    }
    times.push(performance.now() - startMs)
  }
  await file.close()
  await rm(path)
  return median(times)
}
