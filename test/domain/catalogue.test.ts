import { describe, expect, it } from 'vitest'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { resolveModel } from '../../src/domain/catalogue.ts'
import { loadCatalogue } from '../../src/domain/catalogue-overlay.ts'
import { modelEntrySchema } from '../../src/domain/catalogue-schema.ts'
import { InvalidOverlay } from '../../src/domain/invalid-overlay.ts'

function refusal(overlay: unknown): string {
  try {
    loadCatalogue(overlay)
  } catch (error) {
    if (error instanceof InvalidOverlay) return error.message
    throw error
  }
  return 'accepted'
}

const THIRD_PARTY = {
  sizes: ['1K'],
  aspectRatios: ['1:1'],
  referenceImagesMax: 1,
  prices: { inputPerMTok: 1, textOutputPerMTok: 1, imageOutputPerMTok: 10, imageTokens: { '1K': 1000 } },
}

describe('the catalogue that ships', () => {
  it('is what the schema asks for', () => {
    for (const entry of BUILT_IN_CATALOGUE.models) expect(modelEntrySchema.parse(entry)).toEqual(entry)
    expect(loadCatalogue(undefined)).toEqual(BUILT_IN_CATALOGUE)
  })

  it('has the chains of engine.md', () => {
    expect(BUILT_IN_CATALOGUE.chains).toEqual({
      quality: ['gemini-3-pro-image', 'gemini-nano-banana-2.1', 'gemini-2.5-flash-image'],
      stability: ['gemini-nano-banana-2.1', 'gemini-2.5-flash-image'],
      cost: ['gemini-3.1-flash-lite-image'],
    })
  })

  it.each([
    ['gemini-3-pro-image', 'gemini-3-pro-image', false],
    ['nano-banana-pro', 'gemini-3-pro-image', false],
    ['nano-banana-pro-preview', 'gemini-3-pro-image', false],
    ['models/gemini-3-pro-image', 'gemini-3-pro-image', false],
    ['gemini-3-pro-image-preview', 'gemini-3-pro-image', true],
    ['gemini-2.0-flash-preview-image-generation', 'gemini-3.1-flash-lite-image', true],
    ['gemini-3.1-flash-image-preview', 'gemini-nano-banana-2.1', true],
    ['gemini-2.5-flash-image-preview', 'gemini-2.5-flash-image', true],
    ['gemini-3.1-flash-image', 'gemini-3.1-flash-image', false],
  ])('knows %s as %s', (name, id, substituted) => {
    const resolved = resolveModel(BUILT_IN_CATALOGUE, name)
    expect(resolved?.entry.id).toBe(id)
    expect(resolved?.substituted).toBe(substituted)
  })

  it('knows nothing of other names', () => {
    expect(resolveModel(BUILT_IN_CATALOGUE, 'gemini-99')).toBeNull()
  })

  it('names a successor for every model that is on its way out', () => {
    const leaving = BUILT_IN_CATALOGUE.models.filter(({ status }) => status !== 'current')
    expect(leaving.length).toBeGreaterThan(0)
    expect(leaving.filter(({ successor }) => successor === null)).toEqual([])
  })
})

describe('an overlay', () => {
  it('patches a model field by field, deep down', () => {
    const { models } = loadCatalogue({ models: { 'gemini-3-pro-image': { prices: { imageOutputPerMTok: 99 } } } })
    const [pro] = models
    expect(pro?.prices).toMatchObject({ imageOutputPerMTok: 99, inputPerMTok: 2 })
    expect(pro?.sizes).toEqual(['1K', '2K', '4K'])
  })

  it('adds a model, whose uninteresting fields may be left out, and chains with it', () => {
    const catalogue = loadCatalogue({ models: { other: THIRD_PARTY }, chains: { cost: ['other'] } })
    expect(resolveModel(catalogue, 'other')?.entry).toMatchObject({ status: 'current', signs: false, timeoutMs: { '4K': 600_000 } })
    expect(catalogue.chains.cost).toEqual(['other'])
    expect(catalogue.chains.quality).toEqual(BUILT_IN_CATALOGUE.chains.quality)
  })

  it('may list its models with their ids, as the catalogue does', () => {
    const { models } = loadCatalogue({ models: [{ id: 'gemini-3-pro-image', aliases: ['the-good-one'] }] })
    expect(models[0]?.aliases).toEqual(['the-good-one'])
  })

  it('retires a model, and its successor takes over', () => {
    const catalogue = loadCatalogue({ models: { 'gemini-2.5-flash-image': { status: 'retired' } } })
    expect(resolveModel(catalogue, 'gemini-2.5-flash-image-preview')?.entry.id).toBe('gemini-nano-banana-2.1')
  })

  it('is refused with the path of the bad field', () => {
    expect(refusal({ models: { 'gemini-3-pro-image': { sizes: ['8K'] } } })).toContain('MODEL_CATALOG: models.gemini-3-pro-image.sizes.0: ')
    expect(refusal({ models: { 'gemini-3-pro-image': { price: 1 } } })).toContain('models.gemini-3-pro-image.price: there is no such field')
    expect(refusal({ models: { other: { sizes: ['1K'] } } })).toContain('models.other.prices')
    expect(refusal({ chains: { quality: ['nobody'] } })).toContain('chains.quality.0: no model nobody')
    expect(refusal({ chains: { best: ['x'] } })).toContain('chains.best: there is no such field')
  })

  it('is refused where names or successors lead astray', () => {
    expect(refusal({ models: { 'gemini-3-pro-image': { aliases: ['nano-banana'] } } })).toContain('already means')
    expect(refusal({ models: { 'gemini-3-pro-image': { status: 'retired' } } })).toContain('a retired model needs a successor')
    expect(refusal({ models: { 'gemini-nano-banana-2.1': { successor: 'gemini-2.5-flash-image' } } })).toContain('run in a circle')
    expect(refusal({ models: { 'gemini-3-pro-image': { successor: 'nobody' } } })).toContain('no model nobody')
  })

  it('cannot be changed afterwards', () => {
    const { models } = loadCatalogue({ models: { other: THIRD_PARTY } })
    expect(Object.isFrozen(models.at(-1)?.prices.imageTokens)).toBe(true)
  })
})
