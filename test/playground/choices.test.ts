import { expect, test } from 'vitest'
import {
  firstModel,
  modelChoices,
  priceOf,
  ratioChoices,
  settingsOf,
  sizeChoices,
  toUpdate,
  USUAL_SETTINGS,
} from '../../src/playground/model/choices.ts'
import { aModel, aSession } from './a-turn.ts'

const PRO = aModel('gemini-3-pro-image', { sizes: ['1K', '4K'], aspectRatios: ['1:1', '16:9'] })
const FLASH = aModel('gemini-2.5-flash-image', { sizes: ['512', '1K'], aspectRatios: ['1:1'] })
const MODELS = [PRO, FLASH, aModel('old', { status: 'retired' })]

test('what the model asked first cannot do is offered as impossible', () => {
  expect(ratioChoices(MODELS, FLASH)).toMatchObject([
    { value: '1:1', possible: true },
    { value: '16:9', possible: false },
  ])
  expect(sizeChoices(MODELS, PRO)).toMatchObject([
    { value: '512', possible: false },
    { value: '1K', possible: true },
    { value: '4K', possible: true },
  ])
  expect(modelChoices(MODELS).map(({ value }) => value)).toEqual([PRO.id, FLASH.id])
})

test('the model asked first is the one chosen, or the first of the session’s chain', () => {
  expect(firstModel(MODELS, USUAL_SETTINGS, aSession())).toBe(PRO)
  expect(firstModel(MODELS, { ...USUAL_SETTINGS, model: FLASH.id }, null)).toBe(FLASH)
  expect(firstModel(MODELS, USUAL_SETTINGS, null)).toBeUndefined()
  expect(firstModel(MODELS, { ...USUAL_SETTINGS, model: 'cost' }, aSession())).toBeUndefined()
})

test('settings are read back from a session as they were put into it', () => {
  const own = { model: FLASH.id, aspectRatio: '1:1', size: '' }
  expect(toUpdate(own)).toEqual({ strategy: 'quality', models: [FLASH.id], image: { aspectRatio: '1:1' } })
  expect(settingsOf(aSession({ models: [FLASH.id], image: { aspectRatio: '1:1' } }))).toEqual(own)
  expect(toUpdate({ ...USUAL_SETTINGS, model: 'cost' })).toEqual({ strategy: 'cost', models: null, image: {} })
  expect(settingsOf(aSession({ strategy: 'cost', models: [FLASH.id] })).model).toBe('cost')
})

test('the price of a picture follows model and size', () => {
  expect(priceOf(PRO, USUAL_SETTINGS)).toBeCloseTo(0.1)
  expect(priceOf(PRO, { ...USUAL_SETTINGS, size: '4K' })).toBeNull()
  expect(priceOf(undefined, USUAL_SETTINGS)).toBeNull()
})
