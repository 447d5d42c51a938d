import { expect, test } from 'vitest'
import { wordsOf } from '../../src/playground/model/answer-words.ts'
import { aPicture, aTurn } from './a-turn.ts'

const text = (words: string, thought = false) => ({ type: 'text', text: words, thought }) as const

test('a text that came in pieces is one, and what follows a picture another; thoughts are not among them', () => {
  const parts = [text('Which part'), text('hm', true), text(' of it?'), aPicture('med_1'), text('There.')]
  expect(wordsOf(aTurn('a', { output: { parts, image: null } }))).toEqual(['Which part of it?', 'There.'])
  expect(wordsOf(aTurn('a', { output: null }))).toEqual([])
})
