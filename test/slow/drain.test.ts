/** Nodes that are told to stop, as processes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/options.ts'
import { startSimulator } from '../../src/simulator/start-simulator.ts'
import { call, edit, say, type TurnJson } from '../e2e/running-service.ts'
import { freshDatabase } from '../support/database.ts'
import { createNodes, type Nodes } from './chaos/nodes.ts'

async function world(upstream: SimulatorOptions, env: NodeJS.ProcessEnv): Promise<{ nodes: Nodes; url(slot: number): string }> {
  const { url: databaseUrl } = await freshDatabase({ max: 1 })
  const dir = await mkdtemp(join(tmpdir(), 'pentimento-drain-'))
  const simulator = await startSimulator({
    ...{ latency: { '*': { minMs: 0, maxMs: 0 } }, signatureBytes: { min: 120, max: 400 }, edge1kPx: 64 },
    ...upstream,
  })
  const endpoint = { GEMINI_API_KEY: 'simulated', GEMINI_BASE_URL: simulator.url }
  const nodes = createNodes({ DATABASE_URL: databaseUrl, DATA_DIR: dir, ...endpoint, LEASE_MS: '5000', ...env }, join(dir, 'nodes.log'))
  onTestFinished(async () => {
    await nodes.close()
    await simulator.close()
    await rm(dir, { recursive: true, force: true })
  })
  return { nodes, url: (slot) => nodes.urls()[slot] ?? '' }
}

async function begun(url: string): Promise<{ sessionId: string; turnId: string }> {
  const session = await call(url, 'POST', '/v1/sessions', {})
  const turn = await edit(url, session.body.id, [say('a red kite')], {}, { prefer: 'respond-async' })
  await expect
    .poll(async () => (await call<TurnJson>(url, 'GET', `/v1/turns/${turn.body.id}`)).body.attempts.length, { timeout: 15_000 })
    .toBe(1)
  return { sessionId: session.body.id, turnId: turn.body.id }
}

test('a node told to stop says so, takes nothing more, ends what it has begun, and ends well', async () => {
  const { nodes, url } = await world({ latency: { '*': { minMs: 4_000, maxMs: 4_000 } } }, { DRAIN_MS: '30000' })
  await nodes.start(0)
  const at = url(0)
  expect((await call(at, 'GET', '/readyz')).status).toBe(200)
  const { sessionId, turnId } = await begun(at)
  const ended = nodes.end(0, 'SIGTERM')
  await expect.poll(async () => (await call(at, 'GET', '/readyz')).status).toBe(503)
  const refused = await edit(at, sessionId, [say('another')])
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const turn = await call<TurnJson>(at, 'GET', `/v1/turns/${turnId}`, undefined, { prefer: 'wait=20' })
  expect(turn.body).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'succeeded' }] })
  expect(await ended).toBe(0)
})

test('what a node cannot end in time another takes over at once, and its caller loses nothing', async () => {
  const { nodes, url } = await world({ faults: [{ match: { nth: { from: 1, to: 1 } }, fault: { kind: 'silence' } }] }, { DRAIN_MS: '300' })
  await nodes.start(0)
  const { turnId } = await begun(url(0))
  // It comes later, so the attempt is on the one before.
  await nodes.start(1)
  const waiting = call<TurnJson>(url(1), 'GET', `/v1/turns/${turnId}`, undefined, { prefer: 'wait=40' })
  expect(await nodes.end(0, 'SIGTERM')).toBe(0)
  const { body } = await waiting
  // What became of the first, nobody knows: the policy allows for one more.
  expect(body).toMatchObject({
    status: 'succeeded',
    attempts: [{ outcome: 'ambiguous', billed: 'maybe', next: 'retry' }, { outcome: 'succeeded' }],
  })
})
