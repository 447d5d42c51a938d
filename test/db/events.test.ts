import { describe, expect, it, vi } from 'vitest'
import { createListeningBell } from '../../src/db/event-bell.ts'
import { eventsOfMany, eventsOfTurn } from '../../src/db/event-queries.ts'
import { cancelActiveTurn } from '../../src/db/turn-endings.ts'
import { recordEvents } from '../../src/db/turn-progress.ts'
import { endOf } from '../../src/domain/event.ts'
import { turnProblem } from '../../src/domain/problem.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import * as given from './conversation.ts'

const { NOW_MS, TENANT } = given
/** Other tests' transactions on the same server may be open for a moment. */
const soon = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 15_000, interval: 20 })
const told = (n: number) => [{ type: 'part.text', data: { n, text: '\u0000\ud800' } }] as const

describe('events across turns', () => {
  it('are shown in order, and none is skipped while an older transaction is still open', async () => {
    const { db } = await freshDatabase()
    const scopes = [{ sessionId: await given.aSession(db) }, { tenantId: TENANT }]
    const sessionId = await given.aSession(db)
    const one = await given.started(db, await given.aTurn(db, sessionId))
    const seen = async (nowMs = NOW_MS) => (await eventsOfMany(db, { sessionId }, 0, nowMs)).map(({ data, type }) => data.n ?? type)
    const slow = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const older = db.transaction(async (tx) => {
      await recordEvents(tx, one, told(1), NOW_MS)
      written.resolve()
      await slow.promise
    })
    await written.promise
    await given.aTurn(db, sessionId, { by: 'nobody' })
    await soon(async () => expect(await seen()).toEqual(['turn.queued', 'turn.started']))
    slow.resolve()
    await older
    await soon(async () => expect(await seen()).toEqual(['turn.queued', 'turn.started', 1, 'turn.queued']))
    for (const scope of scopes) expect(await eventsOfMany(db, scope, Number.MAX_SAFE_INTEGER, NOW_MS)).toEqual([])
  })

  it('are shown for what they are once they are old, though a transaction elsewhere never ends or the database was restored', async () => {
    const { db, sql } = await freshDatabase()
    const sessionId = await given.aSession(db)
    await given.aTurn(db, sessionId)
    await sql`update events set xid = xid + 1000000000`
    expect(await eventsOfMany(db, { sessionId }, 0, NOW_MS + 600_000)).toEqual([])
    expect(await eventsOfMany(db, { sessionId }, 0, NOW_MS + 600_001)).toHaveLength(1)
  })

  it('are those of one session, or of one tenant, after a position', async () => {
    const { db } = await freshDatabase()
    const [mine, other] = [await given.aSession(db), await given.aSession(db, {}, 'another')]
    const id = await given.aTurn(db, mine)
    await given.started(db, id)
    await given.aTurn(db, other, { tenantId: 'another' })
    const [queued] = await soon(async () => {
      const shown = await eventsOfMany(db, { tenantId: TENANT }, 0, NOW_MS)
      expect(shown).toHaveLength(2)
      return shown
    })
    expect(queued).toMatchObject({ turnId: id, sessionId: mine, tenantId: TENANT, seq: 1, type: 'turn.queued', atMs: NOW_MS })
    expect((await eventsOfMany(db, { sessionId: mine }, queued?.position ?? 0, NOW_MS)).map(({ seq }) => seq)).toEqual([2])
    await soon(async () => expect(await eventsOfMany(db, { sessionId: other }, 0, NOW_MS)).toHaveLength(1))
  })

  it('keep every character', async () => {
    const { db } = await freshDatabase()
    const claimed = await given.started(db, await given.aTurn(db, await given.aSession(db)))
    await recordEvents(db, claimed, told(1), NOW_MS)
    expect((await eventsOfTurn(db, claimed.turnId, 2)).map(({ data }) => data)).toEqual([{ n: 1, text: '\u0000\ud800' }])
  })
})

describe('the bell', () => {
  it('is heard by whoever waits for the turn, its session or its tenant, from any connection', async () => {
    const { db, sql } = await freshDatabase()
    const bell = await createListeningBell(sql, systemClock, recordingLogger())
    const sessionId = await given.aSession(db)
    const claimed = await given.started(db, await given.aTurn(db, sessionId))
    const heard = [claimed.turnId, sessionId, TENANT].map((topic) => bell.rung(topic, 60_000))
    let deaf = true
    const elsewhere = new AbortController()
    const other = bell.rung('trn_other', 60_000, elsewhere.signal).then(() => {
      deaf = false
    })
    await recordEvents(db, claimed, told(1), NOW_MS)
    await Promise.all(heard)
    expect(deaf).toBe(true)
    elsewhere.abort()
    await other
    await bell.close()
  })

  it('is heard by whoever waits for the end of a turn at its end, and not before', async () => {
    const { db, sql } = await freshDatabase()
    const bell = await createListeningBell(sql, systemClock, recordingLogger())
    const sessionId = await given.aSession(db)
    const claimed = await given.started(db, await given.aTurn(db, sessionId))
    const canceled = await given.aTurn(db, await given.aSession(db), { by: 'nobody' })
    const heard: string[] = []
    const ends = [claimed.turnId, canceled].map((id) => bell.rung(endOf(id), 60_000).then(() => void heard.push(id)))
    const progress = bell.rung(claimed.turnId, 60_000)
    await recordEvents(db, claimed, told(1), NOW_MS)
    await progress
    expect(heard).toEqual([])
    await given.succeed(db, claimed)
    await ends[0]
    expect(heard).toEqual([claimed.turnId])
    await cancelActiveTurn(db, canceled, turnProblem('canceled', 'it was canceled'), NOW_MS)
    await ends[1]
    await bell.close()
  })

  it('tells executors of work and of cancels', async () => {
    const { db, sql } = await freshDatabase()
    const bell = await createListeningBell(sql, systemClock, recordingLogger())
    const work = Promise.withResolvers<void>()
    const cancel = Promise.withResolvers<string>()
    bell.onWork(() => work.resolve())
    bell.onCancel((turnId) => cancel.resolve(turnId))
    const sessionId = await given.aSession(db)
    const first = await given.aTurn(db, sessionId)
    await given.started(db, first)
    await given.aTurn(db, sessionId, { by: 'nobody' })
    await cancelActiveTurn(db, first, turnProblem('canceled', 'it was canceled'), NOW_MS)
    expect(await cancel.promise).toBe(first)
    await work.promise
    await bell.close()
  })

  it('rings in vain after the longest wait, or when its hearer leaves', async () => {
    const { sql } = await freshDatabase()
    const clock = createManualClock()
    const bell = await createListeningBell(sql, clock, recordingLogger())
    const waited = bell.rung('trn_1', 1_000)
    await clock.untilSleeping()
    await clock.advance(1_000)
    await waited
    const leave = new AbortController()
    const left = bell.rung('trn_1', 1_000, leave.signal)
    leave.abort()
    await left
    await bell.rung('trn_1', 1_000, leave.signal)
    expect(clock.wakesAtMs()).toEqual([])
    await bell.close()
  })
})
