/** Money, in USD rounded to a millionth of a dollar. Prices are catalogue data (wire-facts §5.3). */
import type { Attempt } from './attempt.ts'
import type { ModelEntry } from './catalogue.ts'
import { IMAGE_SIZES, type ImageSettings } from './image-settings.ts'
import type { TokenCount, Usage } from './model-call.ts'

/** What came of the attempt to be priced. `imagesOut` counts final pictures, not thought ones. */
export interface PricedOutcome {
  outcome: Attempt['outcome']
  imagesOut: number
}

/**
 * What an attempt cost, in USD: by reported tokens, each modality at its own price; without a report, by the size and
 * number of the pictures. Failures cost nothing, and neither do thought images; thinking is priced as text.
 */
export function priceAttempt(entry: ModelEntry, image: ImageSettings, usage: Usage | null, { outcome, imagesOut }: PricedOutcome): number {
  if (outcome !== 'succeeded') return 0
  const imagesBySize = imagesOut * imageTokens(entry, image)
  if (usage === null) return roundUsd(perMillion(imagesBySize, entry.prices.imageOutputPerMTok))
  const out = usage.outputTokens ?? imagesBySize
  // The Gemini API lists only IMAGE; the rest of the output is text it does not list (wire-facts §1.3).
  const images = Math.min(out, tokensOf(usage.outputByModality, 'IMAGE') ?? imagesBySize)
  return roundUsd(
    perMillion(usage.promptTokens ?? 0, entry.prices.inputPerMTok) +
      perMillion(images, entry.prices.imageOutputPerMTok) +
      perMillion(out - images + (usage.thoughtTokens ?? 0), entry.prices.textOutputPerMTok),
  )
}

/** What a turn will cost if its first attempt succeeds with one picture, in USD. `promptTokens` is the planner's count. */
export function estimateTurnCost(entry: ModelEntry, image: ImageSettings, promptTokens: number): number {
  return roundUsd(
    perMillion(promptTokens, entry.prices.inputPerMTok) + perMillion(imageTokens(entry, image), entry.prices.imageOutputPerMTok),
  )
}

/** Output tokens of one picture; a size without a figure of its own counts as the dearest the model lists. */
function imageTokens({ prices }: ModelEntry, { size = '1K' }: ImageSettings): number {
  return prices.imageTokens[size] ?? Math.max(0, ...IMAGE_SIZES.map((other) => prices.imageTokens[other] ?? 0))
}

function tokensOf(counts: readonly TokenCount[], modality: string): number | null {
  const matching = counts.filter((count) => count.modality === modality)
  return matching.length === 0 ? null : matching.reduce((sum, count) => sum + count.tokens, 0)
}

function perMillion(tokens: number, usdPerMTok: number): number {
  return (tokens * usdPerMTok) / 1_000_000
}

function roundUsd(usd: number): number {
  return Math.round(usd * 1_000_000) / 1_000_000
}
