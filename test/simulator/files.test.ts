import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readLineage } from '../../src/simulator/drawing/lineage.ts'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, complaint, pictureOf, quickSimulator, upload, user } from './api-caller.ts'

const HOURS = 3_600_000
const CHUNK = 8_388_608

async function uploadedPicture(simulator: Simulator, options: { key?: string; name?: string } = {}) {
  const bytes = pictureOf(await call(simulator))
  const { file } = await upload(simulator, { bytes, mimeType: 'image/jpeg', ...options })
  if (!file) throw new Error('the upload was refused')
  return { bytes, file, body: { contents: [user('add a hat', { fileData: { mimeType: 'image/jpeg', fileUri: file.uri } })] } }
}

function request(simulator: Simulator, path: string, init: RequestInit & { key?: string } = {}): Promise<Response> {
  return fetch(`${simulator.url}${path}`, { ...init, headers: { 'x-goog-api-key': init.key ?? 'test-key', ...init.headers } })
}

test('a file tells its size as a string, its digest as base64 of hex, and lives a little less than 48 hours', async () => {
  const simulator = await quickSimulator({ startMs: Date.UTC(2026, 7, 19, 14, 34, 22, 44) })
  const { bytes, file } = await uploadedPicture(simulator)
  expect(file).toMatchObject({
    mimeType: 'image/jpeg',
    displayName: 'a picture',
    sizeBytes: String(bytes.length),
    state: 'ACTIVE',
    source: 'UPLOADED',
  })
  expect(file.name).toMatch(/^files\/[a-z0-9]{12}$/)
  expect(file.uri).toBe(`${simulator.url}/v1beta/${file.name}`)
  expect(file.sha256Hash).toBe(Buffer.from(createHash('sha256').update(bytes).digest('hex')).toString('base64'))
  expect(file.createTime).toMatch(/^2026-08-19T14:34:2\d\.\d{6}Z$/)
  expect(file.expirationTime).toMatch(/^2026-08-21T14:34:2\d\.\d{9}Z$/)
  const lifetimeMs = Date.parse(String(file.expirationTime)) - Date.parse(String(file.createTime))
  expect(lifetimeMs).toBe(48 * HOURS - 600)
  expect(await (await request(simulator, `/v1beta/${file.name}`)).json()).toEqual(file)
})

test('a picture is drawn upon the file', async () => {
  const simulator = await quickSimulator()
  const { bytes, body } = await uploadedPicture(simulator)
  const picture = pictureOf(await call(simulator, { body }))
  expect(readLineage(picture)?.parent).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('an expired, a deleted and a foreign file are gone alike, for files.get as for a generation', async () => {
  const simulator = await quickSimulator({ projects: { 'other-key': 'other' } })
  const gone = (name: string) =>
    `403 PERMISSION_DENIED: You do not have permission to access the File ${name.slice(6)} or it may not exist.`

  const foreign = await uploadedPicture(simulator)
  expect(await complaint(simulator, { body: foreign.body, headers: { 'x-goog-api-key': 'other-key' } })).toBe(gone(foreign.file.name))
  expect((await request(simulator, `/v1beta/${foreign.file.name}`, { key: 'other-key' })).status).toBe(403)
  expect((await call(simulator, { body: foreign.body })).httpStatus).toBe(200)

  const deleted = await uploadedPicture(simulator)
  expect(await (await request(simulator, `/v1beta/${deleted.file.name}`, { method: 'DELETE' })).json()).toEqual({})
  expect(await complaint(simulator, { body: deleted.body })).toBe(gone(deleted.file.name))

  simulator.advanceClock(48 * HOURS - 10_000)
  expect((await call(simulator, { body: foreign.body })).httpStatus).toBe(200)
  simulator.advanceClock(10_000)
  expect(await complaint(simulator, { body: foreign.body })).toBe(gone(foreign.file.name))
})

test('a file that is still PROCESSING cannot be used', async () => {
  const simulator = await quickSimulator({ fileProcessingMs: 5_000 })
  const { file, body } = await uploadedPicture(simulator)
  expect(file.state).toBe('PROCESSING')
  expect(await complaint(simulator, { body })).toBe(
    `400 FAILED_PRECONDITION: The File ${file.name.slice(6)} is not in an ACTIVE state and usage is not allowed.`,
  )
  simulator.advanceClock(5_000)
  expect((await call(simulator, { body })).httpStatus).toBe(200)
})

test('an upload goes on where it was left, in pieces of 8 MiB, without a key', async () => {
  const simulator = await quickSimulator({ imageBytes: CHUNK + 1_000 })
  const bytes = pictureOf(await call(simulator))
  const started = await request(simulator, '/upload/v1beta/files', {
    method: 'POST',
    headers: {
      ...{ 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
      ...{ 'x-goog-upload-header-content-length': String(bytes.length), 'x-goog-upload-header-content-type': 'image/jpeg' },
    },
    body: '{}',
  })
  expect(started.headers.get('x-goog-upload-chunk-granularity')).toBe(String(CHUNK))
  const url = z.string().parse(started.headers.get('x-goog-upload-url'))
  const send = (command: string, offset: number, piece?: Buffer) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
      ...(piece ? { body: new Uint8Array(piece) } : {}),
    })

  expect((await send('upload', 0, bytes.subarray(0, CHUNK))).headers.get('x-goog-upload-status')).toBe('active')
  expect((await send('query', 0)).headers.get('x-goog-upload-size-received')).toBe(String(CHUNK))
  expect((await send('upload', 0, bytes.subarray(0, 10))).status).toBe(400)
  const finished = await send('upload, finalize', CHUNK, bytes.subarray(CHUNK))
  expect(finished.headers.get('x-goog-upload-status')).toBe('final')
  expect(await finished.json()).toMatchObject({ file: { sizeBytes: String(bytes.length), state: 'ACTIVE' } })
  expect((await send('query', 0)).status).toBe(404)
})

test('a piece that is not a multiple of 8 MiB, and a length that is not the declared one, are refused', async () => {
  const simulator = await quickSimulator()
  const started = await request(simulator, '/upload/v1beta/files', {
    method: 'POST',
    headers: { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', 'x-goog-upload-header-content-length': '120' },
    body: '{}',
  })
  const url = z.string().parse(started.headers.get('x-goog-upload-url'))
  const send = (command: string, offset: number) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
      body: 'x'.repeat(50),
    })
  expect((await send('upload', 0)).status).toBe(400)
  expect(await (await send('upload, finalize', 50)).json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
  expect(simulator.counts().byOutcome).toEqual({ answered: 1, refused: 2 })
})

test('a name may be chosen once', async () => {
  const simulator = await quickSimulator()
  const { bytes, file } = await uploadedPicture(simulator, { name: 'files/my-house' })
  expect(file.name).toBe('files/my-house')
  const again = await upload(simulator, { bytes, mimeType: 'image/jpeg', name: 'files/my-house' })
  expect(again.started.status).toBe(409)
  const wrong = await upload(simulator, { bytes, mimeType: 'image/jpeg', name: 'files/-My_House' })
  expect(wrong.started.status).toBe(400)
})

test('files are listed page by page, those of the project alone', async () => {
  const simulator = await quickSimulator({ projects: { 'other-key': 'other' } })
  expect(await (await request(simulator, '/v1beta/files')).json()).toEqual({})
  for (const key of ['test-key', 'test-key', 'other-key', 'test-key']) await uploadedPicture(simulator, { key })
  const page = async (query: string) => {
    const body: unknown = await (await request(simulator, `/v1beta/files${query}`)).json()
    return z.object({ files: z.array(z.object({ name: z.string() })), nextPageToken: z.string().optional() }).parse(body)
  }
  const first = await page('?pageSize=2')
  const second = await page(`?pageSize=2&pageToken=${first.nextPageToken}`)
  expect([first.files.length, second.files.length, second.nextPageToken]).toEqual([2, 1, undefined])
  expect(new Set([...first.files, ...second.files].map(({ name }) => name)).size).toBe(3)
})

test('a picture can come from a URL on this machine', async () => {
  const simulator = await quickSimulator()
  const body = { contents: [user('a', { fileData: { mimeType: 'image/png', fileUri: `${simulator.url}/v1beta/models?key=k` } })] }
  expect(await complaint(simulator, { body })).toContain('400 INVALID_ARGUMENT: Unable to process input image.')
})
