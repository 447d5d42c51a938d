/**
 * Submissions, cancels, runs and take-overs of one session, interleaved by fast-check statement by statement. Whatever the order,
 * what must always hold (engine.md, 5 to 7) holds afterwards. The seed in a failure's report plays it again.
 */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { eventsOfTurn } from '../../src/db/event-queries.ts'
import { branchIds, turnIdsOfSession } from '../../src/db/tree-queries.ts'
import * as leases from '../../src/db/turn-leases.ts'
import { loadTurns, type TurnInSession } from '../../src/db/turn-views.ts'
import type { ImageModel } from '../../src/domain/ports.ts'
import { RequestError } from '../../src/domain/problem.ts'
import type { SessionSettings } from '../../src/domain/session.ts'
import { hasEnded, type Turn } from '../../src/domain/turn.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { cancelTurn } from '../../src/services/cancel-turn.ts'
import type { Installation, ServiceContext } from '../../src/services/context.ts'
import { getSession } from '../../src/services/get-session.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { runTurn } from '../../src/services/run-turn.ts'
import { submitTurn } from '../../src/services/submit-turn.ts'
import { SUCCEEDED } from '../db/conversation.ts'
import { aRequest, type House, openHouse } from './installation.ts'

const RUNS = 30
/** A node looks so often for work: about as long as others take over theirs. */
const LOOKS = 10

const node = fc.constantFrom('a', 'b')
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('submit' as const), node, atOnce: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), nth: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die' as const), node }) },
  { weight: 1, arbitrary: fc.constant({ do: 'sweep' } as const) },
)
/** Both nodes are always at work. */
const atWork = ['a', 'b'].map((name) => ({ do: 'work', node: name }) as const)
type Action = (typeof action extends fc.Arbitrary<infer Value> ? Value : never) | (typeof atWork)[number]

describe.each(['enqueue', 'replace', 'reject'] as const)('a session that takes turns by %s', (onConflict) => {
  it('keeps its promises in whatever order statements fall', { timeout: 120_000 }, async () => {
    const house = await openHouse({ connections: 20 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(action, { minLength: 3, maxLength: 12 }), async (scheduler, actions) => {
        const { id: sessionId } = await house.session({ onConflict })
        const nodes = new Map(['a', 'b'].map((name) => [name, `nod_${name}_${sessionId}`]))
        for (const nodeId of nodes.values()) await leases.registerNode(house.database.db, nodeId, 60_000)
        const inst = answering(house, (label) => scheduler.schedule(Promise.resolve(), label))
        const all = [...atWork, ...actions].map((one) => act(inst, house, sessionId, one, nodes))
        await scheduler.waitFor(Promise.all(all))
        await settle(house, sessionId)
        await expectPromisesKept(house, sessionId)
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
  })
})

/** The installation with a gate before every write and transaction, and a model that answers at once. */
function answering(house: House, gate: (label: string) => Promise<unknown>): Installation {
  const db = gated(house.database.db, gate)
  const model: ImageModel = {
    attempt: async (_request, sink) => {
      await sink.part({ raw: '{"text":"done"}', holes: [], thought: false, text: 'done', image: null, signed: false })
      return SUCCEEDED
    },
  }
  return { ...house.installation, db, model, models: createModelStates(db, systemClock) }
}

function gated(db: Database, gate: (label: string) => Promise<unknown>): Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === 'execute') {
        return async (query: Parameters<Database['execute']>[0]) => {
          await gate('execute')
          return target.execute(query)
        }
      }
      if (name === 'transaction') {
        return async (work: (tx: Database) => Promise<unknown>) => {
          await gate('transaction')
          return target.transaction((tx) => work(gated(tx, gate)))
        }
      }
      return Reflect.get(target, name)
    },
  })
}

async function act(inst: Installation, house: House, sessionId: string, action: Action, nodes: ReadonlyMap<string, string>): Promise<void> {
  const ctx: ServiceContext = { ...inst, principal: house.ctx.principal, requestId: 'req_race', traceParent: null }
  switch (action.do) {
    case 'submit': {
      const runs: Promise<void>[] = []
      const nodeId = nodes.get(action.node) ?? ''
      const admit = (turnId: string) => ({
        nodeId,
        begin: (turn: Turn, session: SessionSettings) => {
          const claim = { turnId, nodeId, epoch: leases.FIRST_EPOCH, status: 'running', waited: null } as const
          runs.push(run(inst, claim, { turn, session, budgeted: false, parentIsHead: false }))
        },
        leave: () => {},
      })
      const dispatcher = action.atOnce ? { ...ctx.dispatcher, admit } : ctx.dispatcher
      const input = { sessionId, idempotencyKey: null, request: aRequest('a house') }
      await submitTurn({ ctx: { ...ctx, dispatcher }, input }).catch(allowBusy)
      await Promise.all(runs)
      return
    }
    case 'cancel': {
      const ids = await turnIdsOfSession(inst.db, sessionId)
      const turnId = ids[action.nth]
      if (turnId !== undefined) await cancelTurn({ ctx, input: { turnId } })
      return
    }
    case 'work':
      for (let look = 0; look < LOOKS; look++) await work(inst, nodes.get(action.node) ?? '')
      return
    case 'die':
      await leases.retireNode(inst.db, nodes.get(action.node) ?? '')
      return
    case 'sweep':
      await leases.freeTurnsOfDeadNodes(inst.db)
      await leases.releaseForgottenQueues(inst.db)
  }
}

/** What an executor does, but for noticing that its node has died: it goes on as one does that sleeps. */
async function work(inst: Installation, nodeId: string): Promise<number> {
  const claims = await leases.claimDueTurns(inst.db, nodeId, 5)
  await Promise.all(claims.map((claim) => run(inst, claim)))
  return claims.length
}

async function run(inst: Installation, claim: leases.ClaimedTurn, opened?: TurnInSession): Promise<void> {
  const never = new AbortController().signal
  const end = await runTurn(inst, claim, { canceled: never, lost: never }, opened)
  if (end.kind === 'lost') await leases.handBack(inst.db, claim, 0)
  if (end.kind === 'ended') await end.lingering
}

function allowBusy(error: unknown): void {
  if (!(error instanceof RequestError && error.code === 'session_busy')) throw error
}

/** Both nodes are gone; one that is well finishes what they left. */
async function settle(house: House, sessionId: string): Promise<void> {
  const inst = answering(house, () => Promise.resolve())
  const nodeId = `nod_heir_${sessionId}`
  await leases.registerNode(inst.db, nodeId, 60_000)
  for (const name of ['a', 'b']) await leases.retireNode(inst.db, `nod_${name}_${sessionId}`)
  for (let idle = 0; idle < 2; ) {
    await leases.freeTurnsOfDeadNodes(inst.db)
    await leases.releaseForgottenQueues(inst.db)
    idle = (await work(inst, nodeId)) === 0 ? idle + 1 : 0
  }
}

async function expectPromisesKept(house: House, sessionId: string): Promise<void> {
  const { db } = house.database
  const turns = await loadTurns(db, await turnIdsOfSession(db, sessionId))
  const succeeded = turns.filter(({ status }) => status === 'succeeded')
  const started: number[] = []
  for (const turn of turns) {
    expect(hasEnded(turn.status)).toBe(true)
    expect(turn.output).toHaveLength(turn.status === 'succeeded' ? 1 : 0)
    expect(turn.attempts.map(({ n }) => n)).toEqual(turn.attempts.map((_, index) => index + 1))
    expect(turn.attempts.filter(({ endedAtMs }) => endedAtMs === null)).toEqual([])
    for (const { attempt } of turn.output) expect(turn.attempts[attempt - 1]?.outcome).toBe('succeeded')
    expect(turn.attempts.filter(({ billed }) => billed === 'maybe').length).toBeLessThanOrEqual(2)
    const events = await eventsOfTurn(db, turn.id, 0)
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: turn.version }, (_, index) => index + 1))
    expect(
      events.filter(({ type }) => ['turn.succeeded', 'turn.failed', 'turn.canceled', 'turn.outcome_unknown'].includes(type)),
    ).toHaveLength(1)
    started.push(...events.filter(({ type }) => type === 'turn.started').map(({ position }) => position))
  }
  // First in, first out; and every picture builds on the one before it.
  expect(started).toEqual([...started].sort((a, b) => a - b))
  const { headTurnId } = await getSession({ ctx: house.ctx, input: { sessionId } })
  expect(await branchIds(db, headTurnId)).toEqual(succeeded.map(({ id }) => id))
  expect(
    await db.execute(sql`select id from turns where session_id = ${sessionId} and (lease_owner is not null or due_at_ms is not null)`),
  ).toEqual([])
}
