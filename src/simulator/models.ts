/** What the simulator knows of one model (wire-facts §1.2, §1.3, §5.3). */
export type Model = {
  id: string
  displayName: string
  /** What it answers with: Gemini 3 JPEG, 2.5 PNG. */
  mimeType: 'image/jpeg' | 'image/png'
  /** Signs its parts, and checks those it is sent. */
  signs: boolean
  /** Levels it takes; `undefined`: a model without thinking. */
  thinkingLevels?: readonly string[]
  /** Thoughts show up in the usage it reports. */
  countsThoughts: boolean
  /** Output tokens per image, by size; the keys are the sizes it can make. */
  imageTokens: Readonly<Record<string, number>>
  /** Output tokens beyond those of the image: counted in the sum, listed nowhere. */
  unlistedTokens: { min: number; max: number }
  /** False: the request may not name a size. */
  takesImageSize: boolean
  aspectRatios: readonly string[]
  inputTokenLimit: number
  outputTokenLimit: number
  /** How long a real answer takes. */
  latency: { minMs: number; maxMs: number }
}

const TEN_RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const
const FOURTEEN_RATIOS = [...TEN_RATIOS, '1:4', '4:1', '1:8', '8:1'] as const

const GEMINI_3 = { mimeType: 'image/jpeg', signs: true, countsThoughts: false, takesImageSize: true } as const
const PRO = {
  ...GEMINI_3,
  countsThoughts: true,
  thinkingLevels: ['LOW', 'HIGH'],
  unlistedTokens: { min: 90, max: 110 },
  imageTokens: { '1K': 1120, '2K': 1120, '4K': 2000 },
  aspectRatios: TEN_RATIOS,
  inputTokenLimit: 65_536,
  outputTokenLimit: 32_768,
  latency: { minMs: 16_800, maxMs: 29_200 },
} as const
const FLASH = {
  ...GEMINI_3,
  thinkingLevels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'],
  unlistedTokens: { min: 398, max: 453 },
  imageTokens: { '512': 747, '1K': 1120, '2K': 1680, '4K': 2520 },
  aspectRatios: FOURTEEN_RATIOS,
  inputTokenLimit: 131_072,
  outputTokenLimit: 32_768,
  latency: { minMs: 9_000, maxMs: 15_000 },
} as const

export const MODELS: readonly Model[] = [
  {
    ...FLASH,
    id: 'gemini-nano-banana-2.1',
    displayName: 'Nano Banana 2.1',
    thinkingLevels: ['MINIMAL', 'MEDIUM', 'HIGH'],
    imageTokens: { '1K': 1120, '2K': 1680, '4K': 2520 },
  },
  { ...PRO, id: 'gemini-3-pro-image', displayName: 'Nano Banana Pro' },
  { ...PRO, id: 'gemini-3-pro-image-preview', displayName: 'Nano Banana Pro Preview' },
  { ...FLASH, id: 'gemini-3.1-flash-image', displayName: 'Nano Banana 2' },
  { ...FLASH, id: 'gemini-3.1-flash-image-preview', displayName: 'Nano Banana 2 Preview' },
  {
    ...FLASH,
    id: 'gemini-3.1-flash-lite-image',
    displayName: 'Nano Banana 2 Lite',
    imageTokens: { '1K': 1120 },
    inputTokenLimit: 65_536,
    outputTokenLimit: 4_096,
    latency: { minMs: 2_400, maxMs: 4_000 },
  },
  {
    id: 'gemini-2.5-flash-image',
    displayName: 'Nano Banana',
    mimeType: 'image/png',
    signs: false,
    countsThoughts: false,
    imageTokens: { '1K': 1290 },
    unlistedTokens: { min: 0, max: 4 },
    takesImageSize: false,
    aspectRatios: TEN_RATIOS,
    inputTokenLimit: 65_536,
    outputTokenLimit: 32_768,
    latency: { minMs: 5_000, maxMs: 7_300 },
  },
]

/** Names that answer as another model; `modelVersion` then tells (wire-facts §1.3, §5.3). */
export const MODEL_ALIASES: Readonly<Record<string, string>> = { 'nano-banana-pro-preview': 'gemini-3-pro-image' }

/** Models that are no more. Options may retire others, or give one a successor that answers in its place. */
export const RETIRED_MODELS: Readonly<Record<string, string>> = {
  'gemini-2.0-flash-preview-image-generation': 'gone',
  'gemini-2.5-flash-image-preview': 'gone',
}
