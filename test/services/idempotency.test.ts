import { describe, expect, it } from 'vitest'
import { regenerateTurn } from '../../src/services/regenerate-turn.ts'
import { submitTurn } from '../../src/services/submit-turn.ts'
import { aRequest, openHouse } from './installation.ts'

describe('an idempotency key', () => {
  it('makes one turn of ten identical submissions that race, and nine replays', async () => {
    const house = await openHouse()
    const { id: sessionId } = await house.session()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        submitTurn({ ctx: house.ctx, input: { sessionId, idempotencyKey: 'key', request: aRequest('a house') } }),
      ),
    )
    expect(new Set(answers.map(({ turn }) => turn.id)).size).toBe(1)
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(9)
  })

  it('still stands for its turn after that has ended, whatever the head is now', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id } = await house.session()
    const first = await house.ended((await house.submit(id, 'a house', { idempotencyKey: 'key' })).id)
    expect(await house.submit(id, 'a house', { idempotencyKey: 'key' })).toEqual(first)
    expect(house.simulator.counts().requests).toBe(1)
  })

  it('is refused with other content, and knows media by what they show', async () => {
    const house = await openHouse()
    const { id } = await house.session()
    const [teal, red] = [await house.picture('teal'), await house.picture('red')]
    const withImage = (mediaId: string) => ({ idempotencyKey: 'key', request: { parts: [{ type: 'image' as const, mediaId }] } })
    const first = await house.submit(id, '', withImage(teal.id))
    expect((await house.submit(id, '', withImage((await house.picture('teal')).id))).id).toBe(first.id)
    const mismatch = { code: 'idempotency_mismatch', problem: { turnId: first.id } }
    await expect(house.submit(id, '', withImage(red.id))).rejects.toMatchObject(mismatch)
    await expect(house.submit(id, 'a text', { idempotencyKey: 'key' })).rejects.toMatchObject(mismatch)
  })

  it('of another session, or for regenerating, is another key', async () => {
    const house = await openHouse()
    await house.startNode()
    const [one, other] = [await house.session(), await house.session()]
    const first = await house.ended((await house.submit(one.id, 'a house', { idempotencyKey: 'key' })).id)
    expect((await house.submit(other.id, 'a boat', { idempotencyKey: 'key' })).id).not.toBe(first.id)
    const again = () => regenerateTurn({ ctx: house.ctx, input: { turnId: first.id, idempotencyKey: 'key' } })
    const sibling = await again()
    expect(sibling).toMatchObject({ replayed: false, turn: { siblingIds: [first.id] } })
    expect(await again()).toMatchObject({ replayed: true, turn: { id: sibling.turn.id } })
  })

  it('is free again after a refusal', async () => {
    const house = await openHouse()
    const { id } = await house.session()
    const first = await house.submit(id, 'a house')
    await expect(house.submit(id, 'a boat', { idempotencyKey: 'key' })).rejects.toMatchObject({ code: 'session_busy' })
    await house.cancel(first.id)
    expect((await house.submit(id, 'a boat', { idempotencyKey: 'key' })).status).toBe('queued')
  })
})
