import { expect, test } from 'vitest'
import { newestLeaf, pathTo, pictureAfter, pictureBefore, placeTurns } from '../../src/playground/model/edit-tree.ts'
import { neighbours } from '../../src/playground/state/edits.ts'
import { aPicture, aSession, aTree, aTurn } from './a-turn.ts'

const TREE = { a: null, b: 'a', c: 'b', d: 'a', e: 'd', f: null }

test('a path leads from the root to its leaf', () => {
  const turns = aTree(TREE)
  expect(pathTo(turns, 'e').map(({ id }) => id)).toEqual(['a', 'd', 'e'])
  expect(pathTo(turns, null)).toEqual([])
  expect(pathTo(turns, 'unknown')).toEqual([])
})

test('below a turn the newest edits are followed', () => {
  const turns = aTree(TREE)
  expect(newestLeaf(turns, 'a')).toBe('e')
  expect(newestLeaf(turns, 'b')).toBe('c')
  expect(newestLeaf(turns, null)).toBe('f')
  expect(newestLeaf(new Map(), null)).toBeNull()
})

test('every turn has a place of its own: first children below their parent, branches in new lanes', () => {
  const placed = placeTurns(aTree(TREE))
  const at = Object.fromEntries(placed.map(({ turn, row, lane }) => [turn.id, [row, lane]]))
  expect(at).toEqual({ a: [0, 0], b: [1, 0], c: [2, 0], d: [1, 1], e: [2, 1], f: [0, 2] })
})

test('an edit begins with the picture it was given, else with the one before it, past answers in words', () => {
  const given = { parts: [{ type: 'text', text: 'x' } as const, { ...aPicture('med_given') }] }
  const turns = aTree({ a: null, b: 'a', c: 'b' }, { a: { input: given }, b: { output: { parts: [], image: null } } })
  const ofTurn = (id: string) => {
    const turn = turns.get(id)
    if (turn === undefined) throw new Error(`there is no ${id}`)
    return turn
  }
  expect(pictureBefore(turns, ofTurn('a'))).toMatchObject({ mediaId: 'med_given' })
  expect(pictureAfter(turns, ofTurn('b'))).toMatchObject({ mediaId: 'med_of_a' })
  expect(pictureBefore(turns, ofTurn('c'))).toMatchObject({ mediaId: 'med_of_a' })
  expect(pictureBefore(turns, aTurn('f'))).toBeNull()
})

test('undo and redo lead along the branch shown, past edits that failed', () => {
  const turns = aTree({ a: null, b: 'a', c: 'b', d: 'c' }, { d: { status: 'failed' } })
  const at = (headTurnId: string | null) => neighbours({ session: aSession({ headTurnId }), turns, progress: new Map(), leafId: 'd' })
  expect(at('c')).toEqual({ undo: 'b', redo: undefined })
  expect(at('a')).toEqual({ undo: null, redo: 'b' })
  expect(at(null)).toEqual({ undo: undefined, redo: 'a' })
})
