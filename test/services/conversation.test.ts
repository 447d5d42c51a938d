import { describe, expect, it } from 'vitest'
import type { Turn } from '../../src/domain/turn.ts'
import { forkSession } from '../../src/services/fork-session.ts'
import { regenerateTurn } from '../../src/services/regenerate-turn.ts'
import type { NewInputPart } from '../../src/services/resolve-media.ts'
import { updateSession } from '../../src/services/update-session.ts'
import { type House, openHouse } from './installation.ts'

async function converse(house: House, sessionId: string, texts: readonly string[]): Promise<Turn[]> {
  const turns: Turn[] = []
  for (const text of texts) turns.push(await house.ended((await house.submit(sessionId, text)).id))
  return turns
}

const pictureOf = (turn: Turn) => turn.output.findLast((part) => part.image !== null && !part.thought)?.image?.sha256

describe('a conversation', () => {
  it('of four turns is carried through with exact history, which the upstream accepts', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id } = await house.session()
    const photo = await house.picture()
    const parts: NewInputPart[] = [
      { type: 'image', mediaId: photo.id },
      { type: 'text', text: 'make it night' },
    ]
    const first = await house.ended((await house.submit(id, '', { request: { parts } })).id)
    const turns = [first, ...(await converse(house, id, ['add a cat', 'now a dog ?text', 'as a poster']))]
    expect(turns.map(({ status, error }) => error?.detail ?? status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
    expect(turns.map(({ fidelity }) => fidelity)).toEqual(['exact', 'exact', 'exact', 'exact'])
    expect(turns.map(({ parentId }) => parentId)).toEqual([null, ...turns.slice(0, 3).map((turn) => turn.id)])
    expect(turns.map(({ index, attempts }) => [index, attempts.length])).toEqual([0, 1, 2, 3].map((depth) => [depth, 1]))
    expect(house.simulator.counts().generated).toBe(4)
    const lastSeen = house.simulator.log().findLast(({ call }) => call === 'generate')
    expect(lastSeen?.images.map(({ sha256 }) => sha256).slice(1)).toEqual(turns.slice(0, 3).map(pictureOf))
    expect(house.logged.filter(({ level }) => level !== 'info')).toEqual([])
  })

  it('grows siblings by regenerating, and goes back and forth by its head', async () => {
    const house = await openHouse()
    await house.startNode()
    const { id: sessionId } = await house.session()
    const [root, first] = await converse(house, sessionId, ['a house', 'at night'])
    if (root === undefined || first === undefined) throw new Error('two turns were expected')
    const again = await regenerateTurn({ ctx: house.ctx, input: { turnId: first.id, idempotencyKey: null } })
    const sibling = await house.ended(again.turn.id)
    expect(sibling).toMatchObject({ status: 'succeeded', parentId: root.id, siblingIds: [first.id], index: 1 })
    expect(sibling.parts).toEqual(first.parts)
    const headOf = async (headTurnId: string | null) =>
      (await updateSession({ ctx: house.ctx, input: { sessionId, changes: { headTurnId } } })).headTurnId
    expect((await updateSession({ ctx: house.ctx, input: { sessionId, changes: {} } })).headTurnId).toBe(first.id)
    expect(await headOf(root.id)).toBe(root.id)
    const [other] = await converse(house, sessionId, ['at noon'])
    expect(other).toMatchObject({ parentId: root.id })
    expect(await headOf(sibling.id)).toBe(sibling.id)
    const [onward] = await converse(house, sessionId, ['with snow'])
    expect(onward).toMatchObject({ parentId: sibling.id, fidelity: 'exact', index: 2 })
    expect(await headOf(null)).toBeNull()
    const [fresh] = await converse(house, sessionId, ['a boat'])
    expect(fresh).toMatchObject({ parentId: null, index: 0, siblingIds: [root.id] })
    await expect(headOf('trn_unknown')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('goes on in a fork with exact history, while its costs stay where they were paid', async () => {
    const house = await openHouse()
    await house.startNode()
    const original = await house.session({ title: 'original' })
    const [root, first] = await converse(house, original.id, ['a house', 'at night', 'with snow'])
    if (root === undefined || first === undefined) throw new Error('two turns were expected')
    const fork = await forkSession({ ctx: house.ctx, input: { sessionId: original.id, turnId: first.id } })
    expect(fork).toMatchObject({ title: 'original', turnCount: 2, costUsd: 0 })
    const [onward] = await converse(house, fork.id, ['with rain'])
    expect(onward).toMatchObject({ status: 'succeeded', parentId: fork.headTurnId, index: 2, fidelity: 'exact' })
    const seen = house.simulator.log().findLast(({ call }) => call === 'generate')
    expect(seen?.images.map(({ sha256 }) => sha256)).toEqual([pictureOf(root), pictureOf(first)])
  })
})
