import { describe, expect, it, test } from 'vitest'
import { systemClock } from '../../src/runtime/clock.ts'
import { submitTurn } from '../../src/services/submit-turn.ts'
import { waitForTurn } from '../../src/services/wait-for-turn.ts'
import { aRequest, openHouse } from './installation.ts'

/** What nodes ask once a second, work or not, is not a turn's. */
const SWEEPS = /nodes|from turns waiting|from turns where lease_owner|webhook_deliveries/
/** What is told of a turn meanwhile is gathered for a quarter of a second: how often that is, is this machine's affair. */
const PROGRESS = /^\s*with fence as \(\s*update turns set version = version/

/** Statements a turn takes from its submission to its end, `begin` and `commit` and its submitter's own look included. */
async function statementsPerTurn(text: string, turns: number, atOnce: boolean): Promise<number> {
  let statements = 0
  const onStatement = (statement: string) => {
    if (!SWEEPS.test(statement) && !PROGRESS.test(statement)) statements += 1
  }
  const house = await openHouse({ connections: 12, onStatement, atOnce })
  const { executor } = await house.startNode()
  /** Waits by the bell alone, so that nothing but the turns asks the database. */
  const run = async (count: number) => {
    const sessions = await Promise.all(Array.from({ length: count }, () => house.session()))
    const [before, expected] = [statements, house.simulator.counts().requests + count]
    await Promise.all(sessions.map(({ id }) => house.submit(id, text)))
    while (house.simulator.counts().requests < expected || executor.inFlight > 0) await house.installation.bell.rung('local', 20)
    return (statements - before) / count
  }
  await run(1)
  return run(turns)
}

describe.each([
  { what: 'three pictures, two of them interim, where it was accepted', text: 'a house', atOnce: true, alone: 11, together: 10 },
  { what: 'words alone, where it was accepted', text: 'what do you mean ?ask', atOnce: true, alone: 9, together: 7 },
  { what: 'words alone, wherever it is found', text: 'what do you mean ?ask', atOnce: false, alone: 15, together: 14 },
])('a turn answered with $what', ({ text, atOnce, alone, together }) => {
  it(`takes at most ${alone} statements alone`, async () => {
    expect(await statementsPerTurn(text, 1, atOnce)).toBeLessThanOrEqual(alone)
  })

  it(`takes at most ${together} among sixty`, async () => {
    expect(await statementsPerTurn(text, 60, atOnce)).toBeLessThanOrEqual(together)
  })
})

test('whatever comes of a turn meanwhile is told of at most four times a second', async () => {
  let told = 0
  const onStatement = (statement: string) => {
    if (PROGRESS.test(statement)) told += 1
  }
  const house = await openHouse({ connections: 12, onStatement, atOnce: true })
  await house.startNode()
  const { id: sessionId } = await house.session()
  const startMs = systemClock.nowMs()
  const { id } = await house.submit(sessionId, 'a house')
  expect(await house.ended(id)).toMatchObject({ status: 'succeeded', output: [{}, {}, {}, {}] })
  expect(told).toBeLessThanOrEqual((systemClock.nowMs() - startMs) / 250)
})

/** A turn as callers see it, by its id. */
const LOOK = /^select .*json_agg\(sibling\.id .* from "turns" where "turns"\."id" = \$1$/s

test('whoever waits for a turn that has just begun looks at it once, when it has ended', async () => {
  let looks = 0
  const onStatement = (statement: string) => {
    if (LOOK.test(statement)) looks += 1
  }
  const house = await openHouse({ connections: 12, onStatement, atOnce: true })
  await house.startNode()
  const { id: sessionId } = await house.session()
  const { ctx } = house
  const submitted = await submitTurn({ ctx, input: { sessionId, idempotencyKey: null, request: aRequest('what do you mean ?ask') } })
  const ended = await waitForTurn({
    ctx,
    input: { turnId: submitted.turn.id, waitMs: 10_000, justBegun: submitted.justBegun ? submitted.turn : null },
  })
  expect(ended.status).toBe('succeeded')
  expect(looks).toBe(1)
})
