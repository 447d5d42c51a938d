/** A small share of what `npm run test:slow` sends in thousands, the same each time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge } from '../slow/fuzz/judge.ts'
import { runFuzz } from '../slow/fuzz/run-fuzz.ts'
import { openTwoTenants, type TwoTenants } from './two-tenants.ts'

let world: TwoTenants
beforeAll(async () => {
  world = await openTwoTenants({ WAIT_MAX_MS: '200' })
})
afterAll(() => world.close())

it('requests that nobody sends by accident are refused properly, and tell of no other tenant', async () => {
  const { findings, carriedOut } = await runFuzz(world, { seed: 7, requests: 300 })
  expect(findings.join('\n\n')).toBe('')
  expect(Object.keys(carriedOut).length).toBeGreaterThan(10)
  expect(world.logged.filter(({ level }) => level === 'error')).toEqual([])
})

describe('what an answer is judged by', () => {
  const request = { operationId: 'getSession', method: 'GET', target: '/', headers: [], body: null, cut: false }
  const secrets = { ids: ['ses_1'], texts: ['the prompt'] }
  const problem = { code: 'not_found', status: 404, requestId: 'r1' }
  const headers = { 'x-request-id': 'r1', 'content-type': 'application/problem+json' }
  const judged = (change: { status?: number; headers?: object; problem?: object; said?: string; received?: string }) => {
    const { status = 404, received = '', said = '' } = change
    const all = new Map(Object.entries({ ...headers, ...change.headers }))
    const answer = { status, headers: all, body: JSON.stringify({ ...problem, ...change.problem }) }
    return judge(request, { answer, received }, secrets, said)
  }

  it('finds nothing where nothing is wrong', () => {
    expect(judged({})).toEqual([])
    expect(judged({ received: 'There is no session ses_1.', said: 'GET /v1/sessions/ses_1' })).toEqual([])
    expect(judged({ status: 503, problem: { status: 503, code: 'unavailable' } })).toEqual([])
  })

  it.each([
    ['a fault', { status: 500, problem: { status: 500, code: 'internal' } }],
    ['another code under 503', { status: 503, problem: { status: 503, code: 'internal' } }],
    ['a code nobody knows', { problem: { code: 'oops' } }],
    ['no problem', { headers: { 'content-type': 'text/plain' } }],
    ['another status inside', { problem: { status: 400 } }],
    ['another request’s id', { problem: { requestId: 'r2' } }],
    ['an id nobody said', { received: 'ses_1' }],
    ['another’s words', { received: '"the prompt"', said: 'the prompt' }],
  ])('finds %s', (_what, change) => {
    expect(judged(change)).toHaveLength(1)
  })

  it('finds silence', () => {
    expect(judge(request, { answer: null, received: '' }, secrets, '')).toEqual(['was not answered'])
  })
})
