import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { BlobMissing, UpstreamFileError } from '../../src/domain/ports.ts'
import { createGeminiFiles } from '../../src/gemini/gemini-files.ts'
import { createUndiciTransport } from '../../src/node/undici-transport.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { describeWithRecordings, readCassette } from '../support/recordings.ts'
import { createFakeUploads } from './fake-uploads.ts'
import { answering, startUpstream } from './local-upstream.ts'
import { createMemoryStores } from './memory-stores.ts'

const MIB = 1024 * 1024
const picture = randomBytes(20 * MIB)
const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

async function setUp(listener: RequestListener) {
  const { endpoint, stop } = await startUpstream(listener)
  const transport = createUndiciTransport({ httpsProxy: null, noProxy: null })
  cleanUps.push(() => transport.close(), stop)
  const stores = createMemoryStores(256 * 1024)
  const clock = createManualClock(Date.UTC(2026, 10, 20, 12))
  const files = createGeminiFiles({ endpoints: [endpoint], transport, blobs: stores.blobs, clock })
  const image = { sha256: stores.put(picture), bytes: picture.length, mimeType: 'image/png' }
  return { files, clock, image, endpoint, stores }
}

/** Lets time pass whenever the upload waits, and returns what it waited, in ms. */
async function playOut<T>(work: Promise<T>, clock: ManualClock): Promise<T> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  while (!isDone) {
    const waits = clock.wakesAtMs().map((wakesAtMs) => wakesAtMs - clock.nowMs())
    // Calls have a timeout of 100 s; what is shorter is a wait.
    if (waits[0] !== undefined && waits[0] < 90_000) await clock.advance(waits[0])
    await Promise.race([done.catch(() => {}), new Promise((resolve) => setImmediate(resolve))])
  }
  return done
}

const signal = new AbortController().signal
const refused = (answer: object) => expect.objectContaining({ name: 'UpstreamFileError', answer: expect.objectContaining(answer) })

describe('an upload', () => {
  it('goes in chunks of 8 MiB to the endpoint, whatever host the upload address names', async () => {
    const fake = createFakeUploads(picture.length)
    const { files, image } = await setUp(fake.listener)
    expect(await files.upload('here', image, signal)).toEqual({
      name: 'files/abc',
      uri: 'https://files/abc',
      expiresAtMs: Date.UTC(2026, 10, 22, 12, 0, 0, 475),
      state: 'active',
    })
    expect(fake.received.equals(picture)).toBe(true)
    expect(fake.commands.map((command) => command.replace(/ \d+$/, ''))).toEqual([
      'start ',
      'upload 0',
      `upload ${8 * MIB}`,
      `upload, finalize ${16 * MIB}`,
    ])
  })

  it('that breaks in a chunk asks how far it came and goes on from there', async () => {
    const fake = createFakeUploads(picture.length)
    fake.breaks.set(3, (response, body) => {
      fake.received = Buffer.concat([fake.received, body.subarray(0, MIB)])
      response.destroy()
    })
    const { files, image, clock } = await setUp(fake.listener)
    await playOut(files.upload('here', image, signal), clock)
    expect(fake.received.equals(picture)).toBe(true)
    expect(fake.commands.slice(2).map((command) => command.replace(/ \d+$/, ''))).toEqual([
      `upload ${8 * MIB}`,
      'query ',
      `upload ${9 * MIB}`,
      `upload, finalize ${17 * MIB}`,
    ])
  })

  it('whose last answer was lost is found to be complete', async () => {
    const fake = createFakeUploads(picture.length)
    fake.breaks.set(4, (response, body) => {
      fake.received = Buffer.concat([fake.received, body])
      response.destroy()
    })
    const { files, image, clock } = await setUp(fake.listener)
    expect(await playOut(files.upload('here', image, signal), clock)).toMatchObject({ name: 'files/abc' })
    expect(fake.commands).toHaveLength(5)
  })

  it('is given up after three broken chunks, as a call that did not come through', async () => {
    const fake = createFakeUploads(picture.length)
    for (const request of [2, 4, 6, 8, 10]) fake.breaks.set(request, (response) => response.destroy())
    const { files, image, clock } = await setUp(fake.listener)
    await expect(playOut(files.upload('here', image, signal), clock)).rejects.toEqual(refused({ outcome: 'unreachable', billed: 'no' }))
    expect(fake.commands).toHaveLength(8)
  })

  it('is not tried again where the endpoint refuses it for good', async () => {
    const body = JSON.stringify({ error: { code: 400, message: 'API key not valid. AIza-secret', status: 'INVALID_ARGUMENT' } })
    const { files, image } = await setUp(answering(400, body))
    await expect(files.upload('here', image, signal)).rejects.toEqual(
      refused({ outcome: 'rejected', httpStatus: 400, message: 'API key not valid. …', facts: { rejection: 'key', field: null } }),
    )
  })

  it('that is still processed is waited for', async () => {
    const fake = createFakeUploads(picture.length)
    fake.fileState = ['', '', '', 'PROCESSING', 'PROCESSING', 'ACTIVE']
    const { files, image, clock } = await setUp(fake.listener)
    expect(await playOut(files.upload('here', image, signal), clock)).toMatchObject({ state: 'active' })
    expect(fake.commands.slice(4)).toEqual(['GET  0', 'GET  0'])
  })

  it('that the upstream cannot process is rejected', async () => {
    const fake = createFakeUploads(picture.length)
    fake.fileState = ['', '', '', 'FAILED']
    const { files, image } = await setUp(fake.listener)
    await expect(files.upload('here', image, signal)).rejects.toEqual(refused({ outcome: 'rejected' }))
  })

  it('stops at once when the caller aborts, with the caller’s reason', async () => {
    const stop = new AbortController()
    const reason = new Error('the turn was canceled')
    const fake = createFakeUploads(picture.length)
    fake.breaks.set(2, () => stop.abort(reason))
    const { files, image, clock } = await setUp(fake.listener)
    await expect(files.upload('here', image, stop.signal)).rejects.toBe(reason)
    expect(clock.wakesAtMs()).toEqual([])
  })

  it('of a blob that is gone fails by that error', async () => {
    const fake = createFakeUploads(10)
    const { files } = await setUp(fake.listener)
    await expect(files.upload('here', { sha256: 'gone', bytes: 10, mimeType: 'image/png' }, signal)).rejects.toThrow(BlobMissing)
  })
})

describe('a file', () => {
  const gone = {
    error: { code: 403, message: 'You do not have permission to access the File abc or it may not exist.', status: 'PERMISSION_DENIED' },
  }

  it('is read and removed by its name', async () => {
    const fake = createFakeUploads(1)
    const { files } = await setUp(fake.listener)
    expect(await files.get('here', 'files/abc', signal)).toMatchObject({ name: 'files/abc', state: 'active' })
    await files.remove('here', 'files/abc', signal)
    expect(fake.deleted).toEqual(['/v1beta/files/abc'])
  })

  it.each([
    ['403', answering(403, JSON.stringify(gone))],
    ['404', answering(404, '{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}')],
  ])('that is gone (%s) reads as null and counts as removed', async (_, listener) => {
    const { files } = await setUp(listener)
    expect(await files.get('here', 'files/abc', signal)).toBeNull()
    await expect(files.remove('here', 'files/abc', signal)).resolves.toBeUndefined()
  })

  it('that cannot be asked for is an error, not gone', async () => {
    const { files } = await setUp(answering(503, 'busy'))
    await expect(files.get('here', 'files/abc', signal)).rejects.toThrow(UpstreamFileError)
    await expect(files.remove('here', 'files/abc', signal)).rejects.toEqual(refused({ outcome: 'overloaded', httpStatus: 503 }))
  })
})

describeWithRecordings('as recorded', () => {
  it('an upload sends what the recorded client sent, and understands what it was answered', async () => {
    const [start, upload] = readCassette('ruby_llm/uploadedfile_live_uploads_gemini_uploads_a_pdf_through_the_files_api.yml')
    if (start === undefined || upload === undefined) throw new Error('the cassette has changed')
    const seen: { url: string; headers: Record<string, unknown>; body: string }[] = []
    const { files, image, stores } = await setUp(async (request, response) => {
      const recorded = seen.length === 0 ? start : upload
      seen.push({ url: request.url ?? '', headers: request.headers, body: (await buffer(request)).toString('latin1') })
      const headers = Object.entries(recorded.response.headers).filter(([name]) => name.startsWith('x-goog'))
      response.writeHead(200, Object.fromEntries(headers)).end(recorded.response.body)
    })
    const pdf = { ...image, sha256: stores.put(upload.request.body), bytes: upload.request.body.length, mimeType: 'application/pdf' }
    expect(await files.upload('here', pdf, signal)).toMatchObject({ name: 'files/k4t1ywl66fz2', state: 'active' })
    const wanted = (recorded: typeof start) => Object.entries(recorded.request.headers).filter(([name]) => name.startsWith('x-goog-upload'))
    for (const [index, recorded] of [start, upload].entries()) {
      for (const [name, value] of wanted(recorded)) expect([name, seen[index]?.headers[name]]).toEqual([name, value])
    }
    expect(seen[1]).toMatchObject({
      url: upload.request.url.replace('https://generativelanguage.googleapis.com', ''),
      body: upload.request.body.toString('latin1'),
    })
  })
})
