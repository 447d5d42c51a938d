/**
 * The catalogue that ships: wire-facts §5.3, November 2026. Where sources are silent the cautious value is taken and
 * said so. `retired` models are replaced before anything is sent; `deprecated` ones are asked as long as they answer.
 */
import type { Catalogue, ModelEntry, ModelPrices } from './catalogue.ts'
import { ASPECT_RATIOS, type AspectRatio } from './image-settings.ts'

/** The ten ratios every image model takes; the four long ones came with 3.1 (wire-facts §1.2). */
const TEN_RATIOS: readonly AspectRatio[] = ASPECT_RATIOS.slice(0, 10)

/** Attempt timeouts of engine.md: 5 minutes, and 10 for 4K. */
const TIMEOUT_MS = { '512': 300_000, '1K': 300_000, '2K': 300_000, '4K': 600_000 } as const

/** What the models of this API share. */
const GEMINI = {
  aliases: [],
  status: 'current',
  successor: null,
  timeoutMs: TIMEOUT_MS,
  contextTokens: 65_536,
  outputTokens: 32_768,
  /** Gemini 3's default media resolution; recordings also show 258 (wire-facts §1.3), so this is the cautious one. */
  inputImageTokens: 560,
  /** 100 MB a request (wire-facts §3.4), with room for headers and escapes. */
  requestBytesMax: 95_000_000,
  referenceImagesMax: 14,
  /** As many as the model takes references in all (wire-facts §5.3). */
  historyImagesMax: 14,
} as const satisfies Partial<ModelEntry>

const PRO: ModelEntry = {
  ...GEMINI,
  id: 'gemini-3-pro-image',
  aliases: ['nano-banana-pro', 'nano-banana-pro-preview'],
  sizes: ['1K', '2K', '4K'],
  takesImageSize: true,
  aspectRatios: TEN_RATIOS,
  takesIncludeThoughts: true,
  signs: true,
  prices: { inputPerMTok: 2, textOutputPerMTok: 12, imageOutputPerMTok: 120, imageTokens: { '1K': 1120, '2K': 1120, '4K': 2000 } },
}

const NANO_BANANA: ModelEntry = {
  ...GEMINI,
  id: 'gemini-nano-banana-2.1',
  aliases: ['nano-banana-2.1'],
  /** Sources disagree about 512: not offered. */
  sizes: ['1K', '2K', '4K'],
  takesImageSize: true,
  aspectRatios: ASPECT_RATIOS,
  takesIncludeThoughts: true,
  signs: true,
  /** Only the 1K price is published; tokens of 2K and 4K are those of its predecessor, 3.1 flash. */
  prices: { inputPerMTok: 1.5, textOutputPerMTok: 7.5, imageOutputPerMTok: 30, imageTokens: { '1K': 1120, '2K': 1680, '4K': 2520 } },
}

const FLASH_31: ModelEntry = {
  ...GEMINI,
  id: 'gemini-3.1-flash-image',
  aliases: ['nano-banana-2'],
  /** Its shutdown (2026-10-29) has one weak source, so it is asked, and a 404 leads to the successor. */
  status: 'deprecated',
  successor: 'gemini-nano-banana-2.1',
  sizes: ['512', '1K', '2K', '4K'],
  takesImageSize: true,
  aspectRatios: ASPECT_RATIOS,
  takesIncludeThoughts: false,
  signs: true,
  contextTokens: 131_072,
  prices: {
    inputPerMTok: 0.25,
    textOutputPerMTok: 1.5,
    imageOutputPerMTok: 60,
    imageTokens: { '512': 747, '1K': 1120, '2K': 1680, '4K': 2520 },
  },
}

const FLASH_LITE: ModelEntry = {
  ...GEMINI,
  id: 'gemini-3.1-flash-lite-image',
  sizes: ['1K'],
  takesImageSize: false,
  aspectRatios: ASPECT_RATIOS,
  takesIncludeThoughts: false,
  signs: true,
  outputTokens: 4_096,
  /** Its text prices are not in our sources: those of 3.1 flash. Image tokens as recorded (wire-facts §1.3). */
  prices: { inputPerMTok: 0.25, textOutputPerMTok: 1.5, imageOutputPerMTok: 30, imageTokens: { '1K': 1120 } },
}

const FLASH_25_PRICES: ModelPrices = {
  inputPerMTok: 0.3,
  textOutputPerMTok: 2.5,
  imageOutputPerMTok: 30,
  imageTokens: { '1K': 1290 },
}

const FLASH_25: ModelEntry = {
  ...GEMINI,
  id: 'gemini-2.5-flash-image',
  aliases: ['nano-banana'],
  /** Past its earliest shutdown (2026-10-02), closed to new users, reported still working. */
  status: 'deprecated',
  successor: 'gemini-nano-banana-2.1',
  sizes: ['1K'],
  takesImageSize: false,
  aspectRatios: TEN_RATIOS,
  /** Documented to work best with three input images at most. */
  referenceImagesMax: 3,
  historyImagesMax: 3,
  takesIncludeThoughts: false,
  signs: false,
  inputImageTokens: 258,
  prices: FLASH_25_PRICES,
}

/** Ids people still write. All have been announced as shut down. */
const RETIRED: readonly ModelEntry[] = [
  { ...PRO, id: 'gemini-3-pro-image-preview', aliases: [], status: 'retired', successor: PRO.id },
  { ...FLASH_31, id: 'gemini-3.1-flash-image-preview', aliases: ['nano-banana-2-preview'], status: 'retired', successor: NANO_BANANA.id },
  { ...FLASH_25, id: 'gemini-2.5-flash-image-preview', aliases: ['nano-banana-preview'], status: 'retired', successor: FLASH_25.id },
  {
    ...FLASH_25,
    id: 'gemini-2.0-flash-preview-image-generation',
    aliases: ['gemini-2.0-flash-exp-image-generation'],
    status: 'retired',
    successor: FLASH_LITE.id,
  },
]

export const BUILT_IN_CATALOGUE: Catalogue = {
  models: [PRO, NANO_BANANA, FLASH_25, FLASH_LITE, FLASH_31, ...RETIRED],
  chains: {
    quality: [PRO.id, NANO_BANANA.id, FLASH_25.id],
    stability: [NANO_BANANA.id, FLASH_25.id],
    cost: [FLASH_LITE.id],
  },
  signatureExchanges: [],
}
