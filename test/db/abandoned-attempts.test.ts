/** Attempts whose turn has ended and whose node let go: somebody must still close them (engine.md, invariant 7). */
import { beforeAll, expect, it } from 'vitest'
import { cancelActiveTurn } from '../../src/db/turn-endings.ts'
import { claimDueTurns, freeTurnsOfDeadNodes, handBack } from '../../src/db/turn-leases.ts'
import { startAttempt } from '../../src/db/turn-progress.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
import { aNode, anAttempt, aSession, aTurn, claim, NOW_MS, started, succeed } from './conversation.ts'

const WHY = turnProblem('canceled', 'for a test')
let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
})

it('is closed by the next node when its own hands the turn back after a cancel', async () => {
  const { db } = database
  const turnId = await aTurn(db, await aSession(db))
  const held = await started(db, turnId)
  await startAttempt(db, held, anAttempt(1), NOW_MS)
  await cancelActiveTurn(db, turnId, WHY, NOW_MS)
  await handBack(db, held, 0)
  expect(await claim(db, turnId)).toMatchObject({ status: 'canceled' })
})

it('is closed by the next node when the cancel comes between the death of its own and the take-over', async () => {
  const { db } = database
  const turnId = await aTurn(db, await aSession(db))
  const held = await started(db, turnId, await aNode(db, -1))
  await startAttempt(db, held, anAttempt(1), NOW_MS)
  expect(await freeTurnsOfDeadNodes(db)).toBe(1)
  await cancelActiveTurn(db, turnId, WHY, NOW_MS)
  expect(await claim(db, turnId)).toMatchObject({ status: 'canceled' })
})

it('is left to the node that reads it on while that one lives', async () => {
  const { db } = database
  const turnId = await aTurn(db, await aSession(db))
  const held = await started(db, turnId)
  await startAttempt(db, held, anAttempt(1), NOW_MS)
  await cancelActiveTurn(db, turnId, WHY, NOW_MS)
  expect(await claimDueTurns(db, await aNode(db), 10)).toEqual([])
})

it('is nobody’s business once it is closed', async () => {
  const { db } = database
  const turnId = await aTurn(db, await aSession(db))
  const held = await started(db, turnId)
  await succeed(db, held)
  await handBack(db, held, 0)
  expect(await claimDueTurns(db, await aNode(db), 10)).toEqual([])
})
