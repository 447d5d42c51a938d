import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import type { LogEntry } from '../../src/simulator/request-log.ts'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, edit, type Json, photo, prepare, say, show, upload } from './running-service.ts'

// Whole services each: on a busy machine they take their time to start.
vi.setConfig({ testTimeout: 60_000 })

/** Small pictures: what they show does not matter here. */
const SMALL = { edge1kPx: 64, textRate: 0, recordHeaders: ['x-goog-upload-command', 'x-goog-upload-offset'] }
const HOUR_MS = 3_600_000
const MIB = 1024 * 1024
/** What the Files API keeps to between pieces (wire-facts §3.1). */
const CHUNK_BYTES = 8 * MIB

const requestsOf = (simulator: Simulator, kind: LogEntry['call']) => simulator.log().filter((entry) => entry.call === kind)
const uploadsOf = (simulator: Simulator) =>
  requestsOf(simulator, 'upload').filter(({ headers }) => headers['x-goog-upload-command']?.startsWith('upload'))
const bytesOf = (entries: readonly LogEntry[]) => entries.reduce((sum, { requestBytes }) => sum + requestBytes, 0)

async function newSession(url: string): Promise<string> {
  return (await call(url, 'POST', '/v1/sessions', {})).body.id
}

interface Plan extends Json {
  request: { contents: { parts: { bytes: number }[] }[] }
}

/** What leaves the house: without EXIF, and so a few bytes less than was given. */
async function outgoingBytes(url: string, { id }: Json): Promise<number> {
  const plan = await call<Plan>(url, 'POST', `/v1/sessions/${await newSession(url)}/turns?dryRun=true`, { parts: [show(id)] })
  return plan.body.request.contents[0]?.parts[0]?.bytes ?? 0
}

test('a picture used in ten turns of several sessions crosses the wire once', async () => {
  const { start, simulator } = await prepare(SMALL)
  const { url } = await start()
  const media = (await upload(url, await photo())).body
  for (let n = 0; n < 2; n++) {
    const session = await newSession(url)
    for (let turn = 0; turn < 5; turn++) {
      const { body } = await edit(url, session, [show(media.id), say(`edit ${turn}`)])
      expect(body).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'succeeded' }] })
    }
  }
  expect(uploadsOf(simulator)).toHaveLength(1)
  expect(bytesOf(uploadsOf(simulator))).toBe(await outgoingBytes(url, media))
  const shown = requestsOf(simulator, 'generate').flatMap(({ images }) => images.filter(({ role }) => role === 'user'))
  expect(new Set(shown.map(({ via }) => via))).toEqual(new Set(['file']))
  expect(shown.length).toBeGreaterThanOrEqual(10)
})

test('turns at once on two nodes wait for one upload', async () => {
  const { start, simulator } = await prepare(SMALL)
  const nodes = [await start(), await start()]
  const url = nodes[0]?.url ?? ''
  const media = (await upload(url, await photo())).body
  simulator.setFaults([{ match: { call: 'upload' }, fault: { kind: 'latency', ms: 300 } }])
  const sessions = await Promise.all(Array.from({ length: 8 }, () => newSession(url)))
  const turns = await Promise.all(sessions.map((id, index) => edit(nodes[index % 2]?.url ?? url, id, [show(media.id), say('add a kite')])))
  expect(turns.map(({ body }) => [body.status, body.attempts.length])).toEqual(sessions.map(() => ['succeeded', 1]))
  expect(uploadsOf(simulator)).toHaveLength(1)
})

test('a file with less than an hour to live is uploaded anew before it is used, not after it failed', async () => {
  const { start, simulator } = await prepare({ ...SMALL, startMs: Date.now() - 47.5 * HOUR_MS })
  const { url } = await start()
  const media = (await upload(url, await photo())).body
  const session = await newSession(url)
  for (const prompt of ['add a kite', 'add another']) {
    const { body } = await edit(url, session, [show(media.id), say(prompt)])
    expect(body).toMatchObject({ status: 'succeeded', attempts: [{ n: 1, outcome: 'succeeded' }] })
    expect(body.attempts).toHaveLength(1)
  }
  expect(uploadsOf(simulator)).toHaveLength(2)
})

test('a file that is gone is uploaded again in the middle of the turn', async () => {
  const { start, simulator } = await prepare(SMALL)
  const { url } = await start()
  const media = (await upload(url, await photo())).body
  const session = await newSession(url)
  await edit(url, session, [show(media.id), say('add a kite')])
  simulator.advanceClock(49 * HOUR_MS)
  const { body } = await edit(url, session, [say('make it dusk')])
  expect(body).toMatchObject({
    status: 'succeeded',
    attempts: [{ outcome: 'media_gone', next: 'repair', billed: 'no' }, { outcome: 'succeeded' }],
  })
  expect(uploadsOf(simulator)).toHaveLength(2)
})

test('a chunk that broke is asked after and sent again, the ones before it are not', async () => {
  const { start, simulator } = await prepare(SMALL)
  const { url } = await start()
  const bytes = await sharp(randomBytes(1800 * 1700 * 3), { raw: { width: 1800, height: 1700, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
  expect(bytes.length).toBeGreaterThan(CHUNK_BYTES + 100_000)
  const media = (await upload(url, bytes, 'image/png')).body
  const total = await outgoingBytes(url, media)
  // The first is the start, the second the first chunk.
  simulator.setFaults([{ match: { call: 'upload', nth: { from: 3, to: 3 } }, fault: { kind: 'drop' } }])
  const { body } = await edit(url, await newSession(url), [show(media.id), say('add a kite')])
  expect(body).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'succeeded' }] })
  const steps = requestsOf(simulator, 'upload').map(({ headers }) => [
    headers['x-goog-upload-command'],
    Number(headers['x-goog-upload-offset'] ?? 0),
  ])
  expect(steps).toEqual([
    ['start', 0],
    ['upload', 0],
    ['upload, finalize', CHUNK_BYTES],
    ['query', 0],
    ['upload, finalize', CHUNK_BYTES],
  ])
  expect(bytesOf(uploadsOf(simulator))).toBe(total + (total - CHUNK_BYTES))
})

test('files go upstream with the session that used them, unless another uses them too', async () => {
  const { start, simulator } = await prepare(SMALL)
  const { url } = await start()
  const media = (await upload(url, await photo())).body
  const [one, two] = [await newSession(url), await newSession(url)]
  for (const id of [one, two]) await edit(url, id, [show(media.id), say('add a kite')])
  const files = async () => ((await (await fetch(`${simulator.url}/simulator/files`)).json()) as { files: unknown[] }).files
  expect(await files()).toHaveLength(1)
  expect((await call(url, 'DELETE', `/v1/sessions/${one}`)).body).toMatchObject({ turns: 1, upstreamFiles: 0 })
  expect(await files()).toHaveLength(1)
  expect((await call(url, 'DELETE', `/v1/sessions/${two}`)).body).toMatchObject({ turns: 1, upstreamFiles: 1 })
  expect(await files()).toHaveLength(0)
})

test('a relay without files gets everything in the body, windowed by rule before its limit is reached', async () => {
  const inlineBytesMax = 400_000
  const { start, simulator } = await prepare({ ...SMALL, signatureBytes: { min: 60_000, max: 60_000 } })
  const relay = { id: 'relay', baseUrl: simulator.url, key: 'a-good-key', files: false, inlineBytesMax }
  const { url } = await start({ GEMINI_API_KEY: undefined, GEMINI_BASE_URL: undefined, ENDPOINTS: JSON.stringify([relay]) })
  const media = (await upload(url, await photo())).body
  const session = await newSession(url)
  const fidelities: (string | null)[] = []
  for (let turn = 0; turn < 6; turn++) {
    const { body } = await edit(url, session, turn === 0 ? [show(media.id), say('add a kite')] : [say(`edit ${turn}`)])
    expect(body).toMatchObject({ status: 'succeeded', attempts: [{ n: 1, outcome: 'succeeded' }] })
    fidelities.push(body.historyFidelity)
  }
  expect(requestsOf(simulator, 'upload')).toHaveLength(0)
  expect(fidelities.slice(0, 3)).toEqual(['exact', 'exact', 'exact'])
  expect(fidelities.at(-1)).toBe('windowed')
  const sizes = requestsOf(simulator, 'generate').map(({ requestBytes }) => requestBytes)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(inlineBytesMax)
  expect(Math.max(...sizes)).toBeGreaterThan(inlineBytesMax / 2)
})
