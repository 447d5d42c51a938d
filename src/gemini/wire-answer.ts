/** The fields of an answer we read besides its parts (wire-facts §1.3). A field of an unknown shape is passed over, never fatal. */
import { z } from 'zod'
import { storableWords } from './safe-message.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().catch(undefined)
}

/** Far beyond any context: what is more, or not a count, would only spoil the sums. */
const tokens = z.int().min(0).max(1_000_000_000)

const tokenCounts = optional(z.array(z.object({ modality: storableWords, tokenCount: tokens.catch(0) })))

const safetyRatings = optional(
  z.array(
    z.object({
      category: storableWords,
      probability: storableWords.nullish().catch(undefined),
      blocked: z.boolean().nullish().catch(undefined),
    }),
  ),
)

const candidate = z.object({
  index: optional(z.number()),
  finishReason: optional(storableWords),
  finishMessage: optional(storableWords),
  safetyRatings,
})

const promptFeedback = z.object({
  blockReason: optional(storableWords),
  blockReasonMessage: optional(storableWords),
  safetyRatings,
})

const usageMetadata = z.object({
  promptTokenCount: optional(tokens),
  candidatesTokenCount: optional(tokens),
  thoughtsTokenCount: optional(tokens),
  totalTokenCount: optional(tokens),
  promptTokensDetails: tokenCounts,
  candidatesTokensDetails: tokenCounts,
})

const wireDocument = z.object({
  candidates: optional(z.array(candidate.catch({}))),
  promptFeedback: optional(promptFeedback),
  usageMetadata: optional(usageMetadata),
  modelVersion: optional(storableWords),
  responseId: optional(storableWords),
  error: z.unknown().optional(),
})
export type WireDocument = z.infer<typeof wireDocument>
export type WireUsage = z.infer<typeof usageMetadata>
export type WireRating = NonNullable<z.infer<typeof safetyRatings>>[number]

const wirePart = z.object({
  text: optional(z.string()),
  thought: optional(z.boolean()),
  thoughtSignature: optional(z.string()),
  inlineData: optional(z.object({ mimeType: optional(z.string()), data: optional(z.string()) })),
})
export type WirePart = z.infer<typeof wirePart>

/** Throws `UnreadableAnswer` where `text` is not a JSON object. */
export function parseWireDocument(text: string): WireDocument {
  return read(wireDocument, text)
}

/** Throws `UnreadableAnswer` where `text` is not a JSON object. */
export function parseWirePart(text: string): WirePart & { fields: readonly string[] } {
  const part = read(z.record(z.string(), z.unknown()), text)
  return { ...wirePart.parse(part), fields: Object.keys(part) }
}

function read<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new UnreadableAnswer('the answer is not JSON')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new UnreadableAnswer('the answer is not a JSON object')
  return parsed.data
}
