import { describe, expect, it } from 'vitest'
import { eventsOfTurn } from '../../src/db/event-queries.ts'
import type { Turn } from '../../src/domain/turn.ts'
import { type House, openHouse } from './installation.ts'

const ledger = (turn: Turn) => turn.attempts.map(({ model, outcome, next }) => `${model} ${outcome} ${next}`)
const [PRO, FLASH] = ['gemini-3-pro-image', 'gemini-nano-banana-2.1']

async function run(house: House, sessionId: string, text: string): Promise<Turn> {
  return house.ended((await house.submit(sessionId, text)).id)
}

describe('a refusal for capacity', () => {
  it('is waited out, never shorter than decided, and told as it happens', async () => {
    const house = await openHouse({
      simulator: { faults: [{ times: 2, fault: { kind: 'error', error: 'overloaded' } }] },
      interactive: { backoffBaseMs: 300, backoffCapMs: 300 },
    })
    await house.startNode()
    const turn = await run(house, (await house.session()).id, 'a house')
    expect(ledger(turn)).toEqual([`${PRO} overloaded retry`, `${PRO} overloaded retry`, `${PRO} succeeded done`])
    expect(turn).toMatchObject({ status: 'succeeded', fallback: false, billed: 'yes', error: null })
    for (const [index, { endedAtMs, waitMs }] of turn.attempts.slice(0, 2).entries()) {
      expect(waitMs).toBeGreaterThanOrEqual(240)
      expect(turn.attempts[index + 1]?.startedAtMs).toBeGreaterThanOrEqual((endedAtMs ?? 0) + waitMs)
    }
    const events = await eventsOfTurn(house.database.db, turn.id, 0)
    expect(events.map(({ type }) => type).filter((type) => !type.startsWith('part.'))).toEqual([
      ...['turn.queued', 'turn.started', 'attempt.started', 'attempt.failed', 'turn.waiting', 'attempt.started', 'attempt.failed'],
      ...['turn.waiting', 'attempt.started', 'attempt.succeeded', 'turn.succeeded'],
    ])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  })

  it('of every attempt leads to the next model, which is shown the history re-packed', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id } = await house.session()
    await run(house, id, 'a house')
    house.simulator.setFaults([{ match: { model: PRO }, fault: { kind: 'error', error: 'overloaded' } }])
    const turn = await run(house, id, 'at night')
    expect(ledger(turn)).toEqual([
      ...Array<string>(2).fill(`${PRO} overloaded retry`),
      `${PRO} overloaded fallback`,
      `${FLASH} succeeded done`,
    ])
    expect(turn).toMatchObject({ status: 'succeeded', model: FLASH, fallback: true, fidelity: 'repacked' })
    house.simulator.setFaults([])
    expect(await run(house, id, 'with snow')).toMatchObject({ status: 'succeeded', model: PRO, fidelity: 'repacked' })
  })

  it('by rate is waited for as long as the upstream asks', async () => {
    const house = await openHouse({ simulator: { faults: [{ times: 1, fault: { kind: 'rate_limited', retryDelay: '0.3s' } }] } })
    await house.startNode()
    const turn = await run(house, (await house.session()).id, 'a house')
    expect(ledger(turn)).toEqual([`${PRO} rate_limited retry`, `${PRO} succeeded done`])
    expect((turn.attempts[1]?.startedAtMs ?? 0) - (turn.attempts[0]?.endedAtMs ?? 0)).toBeGreaterThanOrEqual(300)
  })

  it('by all models until the end fails with what was tried', async () => {
    const house = await openHouse({
      simulator: { faults: [{ fault: { kind: 'error', error: 'overloaded' } }] },
      interactive: { attemptsPerModel: 1 },
    })
    await house.startNode()
    const turn = await run(house, (await house.session({ policy: { attemptsPerModel: 1 } })).id, 'a house')
    expect(turn).toMatchObject({ status: 'failed', billed: 'no', costUsd: 0, error: { code: 'upstream_overloaded', retryable: true } })
    expect(turn.attempts.map(({ next }) => next)).toEqual(['fallback', 'fallback', 'fail'])
  })
})

describe('a repair', () => {
  it('uploads an expired file again and the turn goes on, at no retry', async () => {
    const house = await openHouse({ interactive: { attemptsPerModel: 1 } })
    await house.startNode()
    const { id } = await house.session()
    const photo = await house.picture()
    const parts = [
      { type: 'image' as const, mediaId: photo.id },
      { type: 'text' as const, text: 'at night' },
    ]
    const first = await house.ended((await house.submit(id, '', { request: { parts } })).id)
    expect(first.status).toBe('succeeded')
    house.simulator.setFaults([{ times: 1, fault: { kind: 'expire_files' } }])
    const turn = await run(house, id, 'with snow')
    expect(ledger(turn)).toEqual([`${PRO} media_gone repair`, `${PRO} succeeded done`])
    expect(turn.fidelity).toBe('exact')
    expect(house.simulator.log().filter(({ method }) => method === 'files.upload')).toHaveLength(2)
  })

  it('re-packs a history whose signatures are refused, once', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id } = await house.session()
    await run(house, id, 'a house')
    house.simulator.setFaults([{ times: 1, fault: { kind: 'reject_signatures' } }])
    const turn = await run(house, id, 'at night')
    expect(ledger(turn)).toEqual([`${PRO} signature_rejected repair`, `${PRO} succeeded done`])
    expect(turn).toMatchObject({ fidelity: 'repacked', billed: 'yes' })
    expect(turn.attempts.map(({ fidelity }) => fidelity)).toEqual(['exact', 'repacked'])
  })
})

describe('a verdict of the upstream', () => {
  it('on the picture is asked for once more, then told with its reason', async () => {
    const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'refusal', refusal: 'image_safety' } }] } })
    await house.startNode()
    const turn = await run(house, (await house.session()).id, 'a house')
    expect(ledger(turn)).toEqual([`${PRO} blocked retry`, `${PRO} blocked fail`])
    expect(turn).toMatchObject({ status: 'failed', error: { code: 'content_blocked', reason: 'IMAGE_SAFETY' } })
  })

  it('on the key is final, and says who can mend it', async () => {
    const house = await openHouse({ endpoint: { key: 'bad-key' } })
    await house.startNode()
    const turn = await run(house, (await house.session()).id, 'a house')
    expect(ledger(turn)).toEqual([`${PRO} rejected fail`])
    expect(turn).toMatchObject({ status: 'failed', billed: 'no', error: { code: 'upstream_rejected' } })
    expect(turn.error?.detail).toMatch(/operator must replace the endpoint's API key/)
    expect(JSON.stringify(turn)).not.toContain('bad-key')
  })

  it('that is no verdict at all (the connection breaks) is asked for once more, and no oftener', async () => {
    const house = await openHouse({ simulator: { faults: [{ fault: { kind: 'drop', carriedOut: true } }] } })
    await house.startNode()
    const turn = await run(house, (await house.session()).id, 'a house')
    expect(turn).toMatchObject({ status: 'outcome_unknown', billed: 'maybe', error: { code: 'outcome_unknown' } })
    expect(turn.attempts.map(({ outcome }) => outcome)).toEqual(['ambiguous', 'ambiguous'])
    expect(house.simulator.counts().generated).toBe(2)
  })
})
