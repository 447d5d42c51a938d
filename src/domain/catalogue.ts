/** The model catalogue: data, validated, laid over by `MODEL_CATALOG`. Facts from wire-facts §5.3 carry their source beside them. */
import type { AspectRatio, ImageSize } from './image-settings.ts'
import type { Strategy } from './session.ts'

export interface ModelPrices {
  /** USD per million tokens. */
  inputPerMTok: number
  textOutputPerMTok: number
  imageOutputPerMTok: number
  /** Output tokens of one picture, by size. */
  imageTokens: Readonly<Partial<Record<ImageSize, number>>>
}

export interface ModelEntry {
  /** Canonical id: what is sent and what signatures are minted by. */
  id: string
  /** Other names users write; answered as this model. */
  aliases: readonly string[]
  status: 'current' | 'deprecated' | 'retired'
  /** Model to use instead once this one is gone. */
  successor: string | null
  sizes: readonly ImageSize[]
  /** Whether `imageConfig.imageSize` may be sent. */
  takesImageSize: boolean
  aspectRatios: readonly AspectRatio[]
  referenceImagesMax: number
  /** Whether `thinkingConfig.includeThoughts` may be sent. */
  takesIncludeThoughts: boolean
  /** Whether its parts come signed and must go back signed. */
  signs: boolean
  prices: ModelPrices
  /** Attempt timeout by size, in ms. */
  timeoutMs: Readonly<Record<ImageSize, number>>
  contextTokens: number
  outputTokens: number
  /** Tokens one input image counts as, for planning. */
  inputImageTokens: number
  /** Largest request we send, and most pictures of history, before older ones are windowed. */
  requestBytesMax: number
  historyImagesMax: number
}

/** A pair proven to exchange signatures; every pair not listed is re-packed (engine.md, History). */
export interface SignatureExchange {
  mintedBy: { api: string; model: string }
  takenBy: { api: string; model: string }
}

export interface Catalogue {
  models: readonly ModelEntry[]
  chains: Readonly<Record<Strategy, readonly string[]>>
  signatureExchanges: readonly SignatureExchange[]
}

/** The entry a user's model name means, by id or alias; null when nobody knows it. */
export function findModel(catalogue: Catalogue, name: string): ModelEntry | null {
  return catalogue.models.find((model) => model.id === name || model.aliases.includes(name)) ?? null
}

export interface ResolvedModel {
  entry: ModelEntry
  /** The name asked for means a retired model, and this is what takes its place. */
  substituted: boolean
}

/**
 * The model to ask when a user writes `name`: an id or an alias, with or without the wire's `models/` before it. A retired
 * model is replaced by its successor, and that one by its own. Null when nobody knows the name.
 */
export function resolveModel(catalogue: Catalogue, name: string): ResolvedModel | null {
  const asked = findModel(catalogue, name.replace(/^models\//, ''))
  let entry = asked
  while (entry !== null && entry.status === 'retired') entry = entry.successor === null ? null : findModel(catalogue, entry.successor)
  return entry === null ? null : { entry, substituted: entry !== asked }
}
