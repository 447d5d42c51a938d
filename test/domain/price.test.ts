import { describe, expect, it } from 'vitest'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { findModel, type ModelEntry } from '../../src/domain/catalogue.ts'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import type { Usage } from '../../src/domain/model-call.ts'
import { estimateTurnCost, priceAttempt } from '../../src/domain/price.ts'

function model(id: string): ModelEntry {
  const entry = findModel(BUILT_IN_CATALOGUE, id)
  if (entry === null) throw new Error(`no model ${id}`)
  return entry
}

const pro = model('gemini-3-pro-image')
const picture = { outcome: 'succeeded', imagesOut: 1 } as const

/** The recorded answer of wire-facts §1.3. */
const RECORDED: Usage = {
  promptTokens: 22,
  outputTokens: 1216,
  thoughtTokens: 179,
  totalTokens: 1417,
  promptByModality: [{ modality: 'TEXT', tokens: 22 }],
  outputByModality: [{ modality: 'IMAGE', tokens: 1120 }],
}
const SILENT: Usage = { ...RECORDED, promptTokens: null, outputTokens: null, thoughtTokens: null, outputByModality: [] }

describe('what an attempt cost', () => {
  it('is counted by tokens, each kind at its own price', () => {
    const usd = (22 * 2 + 1120 * 120 + (96 + 179) * 12) / 1_000_000
    expect(priceAttempt(pro, { size: '1K' }, RECORDED, picture)).toBeCloseTo(usd, 6)
  })

  it.each([
    ['gemini-3-pro-image', '1K', 0.1344],
    ['gemini-3-pro-image', '2K', 0.1344],
    ['gemini-3-pro-image', '4K', 0.24],
    ['gemini-nano-banana-2.1', '1K', 0.0336],
    ['gemini-2.5-flash-image', '1K', 0.0387],
    ['gemini-3.1-flash-image', '512', 0.04482],
  ] as const)('is the published price of %s at %s where nothing was reported', (id, size, usd) => {
    expect(priceAttempt(model(id), { size }, null, picture)).toBe(usd)
  })

  it('takes the size for images where the report does not tell modalities apart', () => {
    const unsplit = { ...RECORDED, outputByModality: [], thoughtTokens: 0 }
    expect(priceAttempt(pro, {}, unsplit, picture)).toBeCloseTo((22 * 2 + 1120 * 120 + 96 * 12) / 1_000_000, 6)
    expect(priceAttempt(pro, {}, SILENT, picture)).toBe(0.1344)
  })

  it('is nothing for failures, whatever they reported', () => {
    for (const outcome of FAILURE_KINDS) expect(priceAttempt(pro, {}, RECORDED, { outcome, imagesOut: 0 })).toBe(0)
  })

  it('of an answer in words is that of its words', () => {
    const words = { ...RECORDED, outputTokens: 100, thoughtTokens: null, outputByModality: [] }
    expect(priceAttempt(pro, {}, words, { outcome: 'succeeded', imagesOut: 0 })).toBeCloseTo((22 * 2 + 100 * 12) / 1_000_000, 6)
  })

  it('has no more than six decimals', () => {
    const usd = priceAttempt(pro, {}, { ...RECORDED, promptTokens: 7 }, picture)
    expect(Math.round(usd * 1_000_000) / 1_000_000).toBe(usd)
  })
})

describe('what a turn will cost', () => {
  it('is its prompt and one picture', () => {
    expect(estimateTurnCost(pro, { size: '4K' }, 10_000)).toBeCloseTo(0.26, 6)
  })
})
