import { expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/start-simulator.ts'
import { call, complaint, firstTurn, PRO, partsOf, pictureOf, quickSimulator, upload, user } from './api-caller.ts'

async function control(simulator: Simulator, method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${simulator.url}/simulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

test('the log tells of every request what became of it, with the headers that were asked for and never a key or a prompt', async () => {
  const simulator = await quickSimulator({ recordHeaders: ['X-Attempt'] })
  const { history } = await firstTurn(simulator, 'a secret prompt')
  const headers = { 'x-attempt': 'attempt-1', 'x-goog-api-key': 'a-secret-key' }
  await call(simulator, { headers, body: { contents: [...history, user('more')] } })
  await complaint(simulator, { body: {} })
  const { json } = await control(simulator, 'GET', 'log')
  expect(json).toEqual({ requests: simulator.log() })
  expect(simulator.log()).toMatchObject([
    {
      n: 1,
      nOfModel: 1,
      call: 'generate',
      method: 'generateContent',
      model: PRO,
      modelVersion: PRO,
      status: 200,
      outcome: 'answered',
      generated: true,
    },
    { n: 2, nOfModel: 2, headers: { 'x-attempt': 'attempt-1' }, images: [{ role: 'model', via: 'inline' }] },
    { n: 3, status: 400, outcome: 'refused', generated: false, error: expect.stringContaining('INVALID_ARGUMENT') },
  ])
  expect(JSON.stringify(json)).not.toContain('secret')
})

test('counts add up', async () => {
  const simulator = await quickSimulator()
  await Promise.all([call(simulator), call(simulator), complaint(simulator, { body: {} })])
  expect((await control(simulator, 'GET', 'counts')).json).toMatchObject({
    requests: 3,
    generated: 2,
    inFlight: 0,
    byOutcome: { answered: 2, refused: 1 },
    byStatus: { 200: 2, 400: 1 },
    byModel: { [PRO]: { requests: 3, generated: 2 } },
  })
})

test('faults are set, the clock is moved, files are listed, and a reset forgets it all', async () => {
  const simulator = await quickSimulator()
  const { file } = await upload(simulator, { bytes: pictureOf(await call(simulator)), mimeType: 'image/jpeg' })
  expect((await control(simulator, 'GET', 'files')).json).toMatchObject({ files: [{ id: file?.name.slice(6), project: 'default' }] })
  await control(simulator, 'POST', 'clock', { advanceMs: 48 * 3_600_000 })
  expect((await control(simulator, 'GET', 'files')).json).toEqual({ files: [] })

  expect(await control(simulator, 'PUT', 'faults', [{ fault: { kind: 'error', error: 'overloaded' } }])).toEqual({
    status: 200,
    json: { rules: 1 },
  })
  expect(await complaint(simulator, {})).toContain('503')
  await control(simulator, 'POST', 'reset')
  expect(simulator.counts().requests).toBe(0)
  expect((await call(simulator)).httpStatus).toBe(200)
})

test.each([
  ['PUT', 'faults', [{ fault: { kind: 'earthquake' } }]],
  ['PUT', 'faults', [{ match: { rate: 2 }, fault: { kind: 'silence' } }]],
  ['POST', 'clock', { advanceMs: -1 }],
])('%s %s with what makes no sense is refused with the reason', async (method, path, body) => {
  const { status, json } = await control(await quickSimulator(), method, path, body)
  expect([status, json]).toEqual([400, { error: expect.any(String) }])
})

test('whoever opens it is told what it is and how to point a client at it, which counts as no request', async () => {
  const simulator = await quickSimulator()
  const response = await fetch(simulator.url)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
  const words = await response.text()
  for (const told of ['simulated Gemini API', `baseUrl: '${simulator.url}'`, `GOOGLE_GEMINI_BASE_URL=${simulator.url}`])
    expect(words).toContain(told)
  expect(simulator.log()).toEqual([])
})

test.each([
  ['POST', '/'],
  ['GET', '/v1beta'],
  ['GET', '/index.html'],
])('%s %s is the API’s own 404 all the same', async (method, path) => {
  const simulator = await quickSimulator()
  const response = await fetch(`${simulator.url}${path}`, { method })
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('<!DOCTYPE html>')])
})

test('an unknown option is refused at the start', async () => {
  await expect(quickSimulator(JSON.parse('{"timescale": 0}'))).rejects.toThrow('timescale')
})

test('the same seed gives the same run: lengths, counts, texts', async () => {
  const run = async (seed: string) => {
    const simulator = await quickSimulator({ seed, textRate: 0.5, signatureBytes: { min: 120, max: 900 }, drawing: 'canned' })
    const answers = []
    for (let index = 0; index < 8; index += 1) answers.push(await call(simulator))
    return answers.map((answer) => [
      answer.usageMetadata,
      partsOf(answer).map(({ text, thoughtSignature }) => [text, thoughtSignature?.length]),
    ])
  }
  const first = await run('a')
  expect(await run('a')).toEqual(first)
  expect(await run('b')).not.toEqual(first)
})
