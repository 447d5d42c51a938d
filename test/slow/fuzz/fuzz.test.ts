/** Thousands of requests that nobody sends by accident. `FUZZ_SEED` makes those of an earlier run again, `FUZZ_REQUESTS` more of them. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTwoTenants, type TwoTenants } from '../../http/two-tenants.ts'
import { runFuzz } from './run-fuzz.ts'

let world: TwoTenants
beforeAll(async () => {
  world = await openTwoTenants({ WAIT_MAX_MS: '200' })
})
afterAll(() => world.close())

it('no request makes the service fail, forget its manners, tell of another tenant or slow down', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
  process.stdout.write(`fuzzing with FUZZ_SEED=${seed}\n`)
  const { findings, statuses, carriedOut } = await runFuzz(world, { seed, requests: Number(process.env.FUZZ_REQUESTS ?? 4_000) })
  process.stdout.write(`answers by status: ${JSON.stringify(statuses)}\n`)
  expect(findings.slice(0, 5).join('\n\n')).toBe('')
  expect(Object.keys(carriedOut).length).toBeGreaterThan(20)
  const startedAtMs = performance.now()
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200)
  expect(performance.now() - startedAtMs).toBeLessThan(1_000)
  expect(world.logged.filter(({ level }) => level === 'error')).toEqual([])
})
