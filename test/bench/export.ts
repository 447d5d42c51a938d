/**
 * Sessions of two gigabytes exported as zip (issue E): memory beside what the process holds when idle, and speed beside that
 * of one file of that size served by the same process.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { upsertMedia } from '../../src/db/media-queries.ts'
import { makeId } from '../../src/domain/ids.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { systemClock as clock } from '../../src/runtime/clock.ts'
import { systemRandom as random } from '../../src/runtime/random.ts'
import { median, megabytes } from './figures.ts'
import { printRow } from './row.ts'
import { createClient } from './stage/client.ts'
import { type Past, seedSession } from './stage/seed-session.ts'
import { onStage, type RunningProcess, type Stage } from './stage/stage.ts'

const BYTES = Number(process.env.BENCH_BYTES ?? 2e9)
const ROUNDS = 3
const SAMPLE_EVERY_MS = 10
/** Pictures of 4K, and of 1K, each with its signature: nine tenths, and a third, of a session are files. */
const PASTS: readonly (readonly [name: string, past: Omit<Past, 'turns'>])[] = [
  ['4K pictures', { imageBytes: 18_000_000, signatureBytes: 2_200_000 }],
  ['1K pictures', { imageBytes: 1_000_000, signatureBytes: 2_200_000 }],
]

await onStage(async (stage) => {
  const file = await seedFile(stage)
  const sessions = await Promise.all(
    PASTS.map(async ([name, past]) => {
      const turns = Math.round(BYTES / (past.imageBytes + past.signatureBytes))
      return { name, path: `/v1/sessions/${await seedSession(stage, { ...past, turns })}/export?format=zip` }
    }),
  )
  await stage.connection.sql`vacuum analyze`
  const simulator = await stage.startSimulator({ drawing: 'canned', latency: { '*': { minMs: 0, maxMs: 0 } } })
  const service = await stage.startService(simulator.url)
  const client = createClient(service.url)
  await client.turn(await client.newSession(), 'a warm-up')
  await client.close()
  await service.process.ask('collect')
  const idleBytes = service.process.memory().nowBytes

  for (const { name, path } of sessions) {
    const runs: { file: Download; zip: Download }[] = []
    // In turn, so that both see the same machine.
    for (let round = 0; round < ROUNDS; round++) runs.push({ zip: await download(service, path), file: await download(service, file) })
    const speed = (pick: (run: (typeof runs)[number]) => Download) => median(runs.map((run) => pick(run).bytesPerSecond))
    const [ofFile, ofZip] = [speed(({ file: download }) => download), speed(({ zip }) => zip)]
    const over = Math.max(...runs.map(({ zip }) => zip.peakBytes)) - idleBytes
    const overFile = Math.max(...runs.map(({ file: download }) => download.peakBytes)) - idleBytes
    const size = megabytes(runs[0]?.zip.bytes ?? 0)
    printRow({
      name: `zip of ${size}, ${name}: memory over idle`,
      goal: '≤ 60 MB',
      measured: `${megabytes(over)} (a file: ${megabytes(overFile)})`,
    })
    printRow({
      name: '… share of the speed of one file',
      goal: '≥ 60 %',
      measured: `${((100 * ofZip) / ofFile).toFixed(0)} % (${megabytes(ofZip)}/s of ${megabytes(ofFile)}/s; idle ${megabytes(idleBytes)})`,
    })
  }
})

interface Download {
  bytes: number
  bytesPerSecond: number
  /** Most memory the service held meanwhile. */
  peakBytes: number
}

async function download({ url, process: service }: RunningProcess, path: string): Promise<Download> {
  let [peakBytes, bytes, over] = [0, 0, false]
  const sampling = (async () => {
    while (!over) {
      peakBytes = Math.max(peakBytes, service.memory().nowBytes)
      await sleep(SAMPLE_EVERY_MS)
    }
  })()
  const startMs = performance.now()
  const response = await request(`${url}${path}`)
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`)
  for await (const piece of response.body) bytes += (piece as Buffer).length
  const seconds = (performance.now() - startMs) / 1000
  over = true
  await sampling
  return { bytes, bytesPerSecond: bytes / seconds, peakBytes }
}

/** One file as large as the sessions, which no upload could be. */
async function seedFile({ connection, blobDir }: Stage): Promise<string> {
  const writer = await createFsBlobStore(blobDir, { clock, random, durable: false }).open()
  const piece = Buffer.from(random.bytes(1_000_000))
  for (let written = 0; written < BYTES; written += piece.length) await writer.write(piece)
  const blob = await writer.commit()
  const about = { tenantId: 'local', mimeType: 'image/jpeg', width: 1, height: 1, lineage: null, createdAtMs: clock.nowMs() } as const
  await connection.sql`insert into tenants (id, created_at_ms) values ('local', ${clock.nowMs()}) on conflict do nothing`
  const { id } = await upsertMedia(connection.db, { id: makeId('med', clock.nowMs(), random.bytes(10)), ...about, ...blob })
  return `/v1/media/${id}/content`
}
