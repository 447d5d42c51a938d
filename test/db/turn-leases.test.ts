import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import * as leases from '../../src/db/turn-leases.ts'
import { moveTurn, recordEvents, startAttempt, startTurn } from '../../src/db/turn-progress.ts'
import { freshDatabase } from '../support/database.ts'
import {
  aNode,
  anAttempt,
  aSession,
  aTurn,
  claim,
  endOf,
  LEASE_MS,
  NOW_MS,
  OVERLOADED,
  started,
  succeed,
  turnOf,
  untilBlocked,
} from './conversation.ts'

const expire = (db: Database, nodeId: string) => db.execute(sql`update nodes set lease_expires_at_ms = now_ms() - 1 where id = ${nodeId}`)

describe('claims', () => {
  it('are for one node each, however many ask at once', async () => {
    const { db } = await freshDatabase()
    const turns = await Promise.all(Array.from({ length: 30 }, async () => aTurn(db, await aSession(db))))
    const nodes = await Promise.all(Array.from({ length: 6 }, () => aNode(db)))
    const claims = (await Promise.all(nodes.map((node) => leases.claimDueTurns(db, node, 10)))).flat()
    const rest = await leases.claimDueTurns(db, nodes[0] ?? '', 100)
    expect([...claims, ...rest].map(({ turnId }) => turnId).sort()).toEqual(turns.sort())
    expect(new Set([...claims, ...rest].map(({ epoch }) => epoch))).toEqual(new Set([1]))
  })

  it('take what fell due first, and nothing before its time', async () => {
    const { db } = await freshDatabase()
    const [late, early, future] = await Promise.all([0, 1, 2].map(async () => aTurn(db, await aSession(db))))
    await db.execute(sql`update turns set due_at_ms = 2000 where id = ${late}`)
    await db.execute(sql`update turns set due_at_ms = 1000 where id = ${early}`)
    await db.execute(sql`update turns set due_at_ms = now_ms() + 60000 where id = ${future}`)
    const node = await aNode(db)
    expect((await leases.claimDueTurns(db, node, 1)).map(({ turnId }) => turnId)).toEqual([early])
    expect((await leases.claimDueTurns(db, node, 9)).map(({ turnId }) => turnId)).toEqual([late])
    expect(await leases.nextDueAtMs(db)).toBeGreaterThan(Date.now())
  })

  it('say what a turn was waiting for, so that it gets the slot it was promised', async () => {
    const { db } = await freshDatabase()
    const turnId = await aTurn(db, await aSession(db))
    const first = await started(db, turnId)
    expect(first.waited).toBeNull()
    await moveTurn(db, first, null, { to: 'waiting', untilMs: NOW_MS, reason: 'quota' }, [{ type: 'turn.waiting', data: {} }], NOW_MS)
    expect(await turnOf(db, turnId)).toMatchObject({ status: 'waiting', waitingUntilMs: NOW_MS, waitReason: 'quota' })
    const again = await claim(db, turnId)
    expect(again).toMatchObject({ epoch: 2, status: 'running', waited: { untilMs: NOW_MS, reason: 'quota' } })
    expect(await turnOf(db, turnId)).toMatchObject({ status: 'running', waitingUntilMs: null, waitReason: null })
  })

  it('pass by a queued turn made due while another is active, and still take the others', async () => {
    const { db } = await freshDatabase()
    const sessionId = await aSession(db)
    await started(db, await aTurn(db, sessionId))
    const tooEarly = await aTurn(db, sessionId)
    const alsoTooEarly = await aTurn(db, sessionId)
    const other = await aTurn(db, await aSession(db))
    await claim(db, other)
    await db.execute(sql`update turns set status = 'failed' where session_id = ${sessionId} and status = 'running'`)
    await claim(db, tooEarly)
    expect((await turnOf(db, alsoTooEarly)).status).toBe('queued')
  })
})

describe('a lease', () => {
  it('is renewed while it lasts, and not once it has run out', async () => {
    const { db } = await freshDatabase()
    const node = await aNode(db)
    expect(await leases.renewNode(db, node, LEASE_MS)).toBe(true)
    await expire(db, node)
    expect(await leases.renewNode(db, node, LEASE_MS)).toBe(false)
    expect(await leases.renewNode(db, 'nod_unknown', LEASE_MS)).toBe(false)
  })

  it('that ran out frees the turns of its node, and no other turn', async () => {
    const { db } = await freshDatabase()
    const [dead, alive] = [await aNode(db), await aNode(db)]
    const lost = await started(db, await aTurn(db, await aSession(db)), dead)
    const kept = await started(db, await aTurn(db, await aSession(db)), alive)
    await expire(db, dead)
    expect(await leases.freeTurnsOfDeadNodes(db)).toBe(1)
    expect(await leases.freeTurnsOfDeadNodes(db)).toBe(0)
    expect((await claim(db, lost.turnId, alive)).epoch).toBe(lost.epoch + 2)
    expect(await recordEvents(db, kept, [{ type: 'part.text', data: {} }], NOW_MS)).toBe(true)
  })

  it('renewed while its end is being judged is kept: the heartbeat that comes first wins', async () => {
    const { db, sql: client } = await freshDatabase()
    const node = await aNode(db)
    const claimed = await started(db, await aTurn(db, await aSession(db)), node)
    await expire(db, node)
    const judged = await client.begin(async (tx) => {
      await tx`update nodes set lease_expires_at_ms = now_ms() + 60000 where id = ${node}`
      const judging = leases.freeTurnsOfDeadNodes(db)
      await untilBlocked(db)
      return { judging }
    })
    expect(await judged.judging).toBe(0)
    expect(await recordEvents(db, claimed, [{ type: 'part.text', data: {} }], NOW_MS)).toBe(true)
  })

  it('that is judged first is not renewed any more', async () => {
    const { db, sql: client } = await freshDatabase()
    const node = await aNode(db)
    const heart = await client.begin(async (tx) => {
      await tx`delete from nodes where id = ${node}`
      const beat = leases.renewNode(db, node, LEASE_MS)
      await untilBlocked(db)
      return { beat }
    })
    expect(await heart.beat).toBe(false)
  })
})

describe('a node that lost a turn', () => {
  const losses = {
    'the node retired': async (db: Database, held: leases.ClaimedTurn) => leases.retireNode(db, held.nodeId),
    'another node took over': async (db: Database, held: leases.ClaimedTurn) => {
      await leases.retireNode(db, held.nodeId)
      await claim(db, held.turnId)
    },
    'it handed the turn back': async (db: Database, held: leases.ClaimedTurn) => leases.handBack(db, held, 60_000),
    'the turn ended': async (db: Database, held: leases.ClaimedTurn) => succeed(db, held),
  }
  it.each(Object.entries(losses))('can write nothing of it: %s', async (_how, lose) => {
    const { db } = await freshDatabase()
    const turnId = await aTurn(db, await aSession(db))
    const held = await claim(db, turnId)
    await startTurn(db, held, { startedAtMs: NOW_MS, deadlineAtMs: NOW_MS + 1000 })
    await lose(db, held)
    const before = await turnOf(db, turnId)
    const failure = { to: 'failed', error: { ...problem }, lingering: false } as const
    const told = [{ type: 'part.text', data: {} }] as const
    expect(await startTurn(db, held, { startedAtMs: NOW_MS, deadlineAtMs: NOW_MS })).toBeNull()
    expect(await startAttempt(db, held, anAttempt(7), NOW_MS)).toBe(false)
    expect(await recordEvents(db, held, told, NOW_MS)).toBe(false)
    expect(await moveTurn(db, held, endOf(1, OVERLOADED), { to: 'running' }, told, NOW_MS)).toBe(false)
    expect(await moveTurn(db, held, null, { to: 'waiting', untilMs: 1, reason: 'queue' }, told, NOW_MS)).toBe(false)
    expect(await moveTurn(db, held, null, failure, told, NOW_MS)).toBe(false)
    await leases.handBack(db, held, 0)
    expect(await turnOf(db, turnId)).toEqual(before)
  })

  it('had it back before, it can be claimed at once, or after the pause', async () => {
    const { db } = await freshDatabase()
    const held = await started(db, await aTurn(db, await aSession(db)))
    await leases.handBack(db, held, 60_000)
    expect(await leases.claimDueTurns(db, held.nodeId, 5)).toEqual([])
    await db.execute(sql`update turns set due_at_ms = now_ms()`)
    const again = await claim(db, held.turnId, held.nodeId)
    await leases.handBack(db, again, 0)
    await claim(db, held.turnId, held.nodeId)
  })
})

describe('sweeps', () => {
  it('find the first queued turn of every session that has none active', async () => {
    const { db } = await freshDatabase()
    const [idle, busy] = [await aSession(db), await aSession(db)]
    await started(db, await aTurn(db, busy))
    await aTurn(db, busy, { by: 'nobody' })
    const first = await aTurn(db, idle, { by: 'nobody' })
    await aTurn(db, idle, { by: 'nobody' })
    expect(await leases.releaseForgottenQueues(db)).toBe(1)
    expect(await leases.releaseForgottenQueues(db)).toBe(0)
    await claim(db, first)
  })

  it('tell what a node holds, and nothing that it has let go of', async () => {
    const { db } = await freshDatabase()
    const running = await started(db, await aTurn(db, await aSession(db)))
    const { nodeId } = running
    const stored = await aTurn(db, await aSession(db), { by: { nodeId } })
    await succeed(db, await started(db, await aTurn(db, await aSession(db)), nodeId))
    const held = new Map((await leases.turnsHeldBy(db, nodeId)).map((hold) => [hold.turnId, hold]))
    expect(held.size).toBe(2)
    expect(held.get(running.turnId)).toEqual({ turnId: running.turnId, nodeId, epoch: running.epoch, status: 'running' })
    expect(held.get(stored)).toEqual({ turnId: stored, nodeId, epoch: leases.FIRST_EPOCH, status: 'running' })
    expect(await leases.turnsHeldBy(db, 'nod_other')).toEqual([])
  })
})

const problem = { type: 'urn:x', title: 't', status: 500, detail: 'd', code: 'upstream_fault', retryable: true } as const
