/** What a catalogue must look like, ours and what `MODEL_CATALOG` lays over it. */
import { z } from 'zod'
import { ASPECT_RATIOS, IMAGE_SIZES } from './image-settings.ts'

const usd = z.number().min(0).max(10_000)
const tokens = z.int().min(1).max(10_000_000)
const timeoutMs = z.int().min(1_000).max(3_600_000)
const modelId = z.string().min(1).max(200)

const pricesSchema = z.strictObject({
  inputPerMTok: usd,
  textOutputPerMTok: usd,
  imageOutputPerMTok: usd,
  imageTokens: z.partialRecord(z.enum(IMAGE_SIZES), tokens),
})

const timeoutsSchema = z.strictObject({
  '512': timeoutMs.default(300_000),
  '1K': timeoutMs.default(300_000),
  '2K': timeoutMs.default(300_000),
  '4K': timeoutMs.default(600_000),
})

/** A whole entry; what has a default may be left out of a new model. */
export const modelEntrySchema = z.strictObject({
  id: modelId,
  aliases: z.array(modelId).default([]),
  status: z.enum(['current', 'deprecated', 'retired']).default('current'),
  successor: modelId.nullable().default(null),
  sizes: z.array(z.enum(IMAGE_SIZES)).min(1),
  takesImageSize: z.boolean().default(false),
  aspectRatios: z.array(z.enum(ASPECT_RATIOS)).min(1),
  referenceImagesMax: z.int().min(0).max(100),
  takesIncludeThoughts: z.boolean().default(false),
  signs: z.boolean().default(false),
  prices: pricesSchema,
  timeoutMs: timeoutsSchema.prefault({}),
  contextTokens: tokens.default(65_536),
  outputTokens: tokens.default(32_768),
  inputImageTokens: z.int().min(0).max(100_000).default(560),
  requestBytesMax: z.int().min(100_000).max(2_000_000_000).default(20_000_000),
  historyImagesMax: z.int().min(0).max(1_000).default(14),
})

const chainSchema = z.array(modelId).min(1).max(10)
const minterSchema = z.strictObject({ api: z.string().min(1), model: modelId })

/** The frame of an overlay; each model's patch is judged when it has been laid over its entry. */
export const catalogueOverlaySchema = z.strictObject({
  models: z.union([z.record(modelId, z.looseObject({})), z.array(z.looseObject({ id: modelId }))]).default({}),
  chains: z.strictObject({ quality: chainSchema, stability: chainSchema, cost: chainSchema }).partial().default({}),
  signatureExchanges: z.array(z.strictObject({ mintedBy: minterSchema, takenBy: minterSchema })).optional(),
})
export type CatalogueOverlay = z.infer<typeof catalogueOverlaySchema>
