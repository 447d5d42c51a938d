/** A hundred turns at once, each with ten signed turns of history behind it (issue C): memory, stalls and `/healthz` meanwhile. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { megabytes, ms, percentile } from './figures.ts'
import { printRow } from './row.ts'
import { createClient } from './stage/client.ts'
import { type Past, seedSession } from './stage/seed-session.ts'
import type { LoopReport } from './stage/service-process.ts'
import { onStage } from './stage/stage.ts'

const TURNS = Number(process.env.BENCH_TURNS ?? 100)
const PAST: Past = { turns: 10, imageBytes: 1_000_000, signatureBytes: 2_200_000 }
const ANSWER_AFTER_MS = 3_000
const HEALTH_EVERY_MS = 20
const SEEDERS = 4

await onStage(async (stage) => {
  const simulator = await stage.startSimulator({
    ...{ validation: 'fast', drawing: 'canned', imageBytes: 1_000_000, textRate: 0 },
    signatureBytes: { min: 1_650_000, max: 1_650_000 },
    latency: { '*': { minMs: ANSWER_AFTER_MS, maxMs: ANSWER_AFTER_MS } },
  })
  const waiting = Array.from({ length: TURNS }, (_, index) => index)
  const sessions: string[] = []
  const seed = async () => {
    while (waiting.pop() !== undefined) sessions.push(await seedSession(stage, PAST))
  }
  await Promise.all(Array.from({ length: SEEDERS }, seed))
  await stage.connection.sql`vacuum analyze`

  const service = await stage.startService(simulator.url, { WAIT_MAX_MS: '180000' })
  const client = createClient(service.url)
  await client.turn(await client.newSession(), 'a warm-up')
  await service.process.ask('report')
  const idle = service.process.memory().nowBytes

  const health: number[] = []
  let over = false
  const probing = (async () => {
    while (!over) {
      health.push(await client.health())
      await sleep(HEALTH_EVERY_MS)
    }
  })()
  const startMs = performance.now()
  const turns = await Promise.all(sessions.map((id) => client.turn(id, 'once more')))
  const tookMs = performance.now() - startMs
  over = true
  await probing
  const { longestMs, p99Ms } = await service.process.ask<LoopReport>('report')
  const { peakBytes } = service.process.memory()
  await client.close()

  const exact = turns.filter(({ historyFidelity }) => historyFidelity === 'exact').length
  printRow({ name: `${TURNS} turns of 36 MB at once: peak memory of the service`, goal: '≤ 350 MB', measured: megabytes(peakBytes) })
  printRow({ name: '… longest stall of its event loop', goal: '≤ 100 ms', measured: `${ms(longestMs)} (p99 ${ms(p99Ms)})` })
  printRow({ name: '… /healthz meanwhile, p99', goal: '≤ 50 ms', measured: `${ms(percentile(health, 0.99))} of ${health.length}` })
  const cpu = `${(service.process.cpuMs() / 1000).toFixed(1)} s CPU`
  const took = `${(tookMs / 1000).toFixed(1)} s, ${cpu}, ${availableParallelism()} cores; idle before ${megabytes(idle)}`
  printRow({ name: `… all answered, history exact in ${exact}`, goal: '', measured: took })
})
