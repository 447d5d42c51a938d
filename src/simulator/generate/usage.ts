import type { Model } from '../models.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { GenerateRequest } from '../wire/generate-request.ts'

/** Every recording counts 258 tokens for an image that is put in (wire-facts §1.3). */
const INPUT_IMAGE_TOKENS = 258
const CHARACTERS_PER_TOKEN = 4

export type PromptTokens = { text: number; image: number }

export function promptTokens(request: GenerateRequest): PromptTokens {
  const parts = [...request.contents, ...(request.systemInstruction ? [request.systemInstruction] : [])].flatMap((content) => content.parts)
  const text = parts.reduce((sum, part) => sum + Math.ceil((part.text?.length ?? 0) / CHARACTERS_PER_TOKEN), 0)
  return { text, image: parts.filter((part) => part.inlineData || part.fileData).length * INPUT_IMAGE_TOKENS }
}

export type Usage = ReturnType<typeof usageOf>

/**
 * `usageMetadata` as the Gemini API writes it: only images are listed among the candidates' details although the sum has more in it,
 * and thoughts count beside the candidates (wire-facts §1.3). Absent counts are left out, never 0.
 */
export function usageOf(input: { prompt: PromptTokens; images?: number; text?: number; thoughts?: number }) {
  const { prompt, images = 0, text = 0, thoughts = 0 } = input
  const promptTokenCount = prompt.text + prompt.image
  const candidates = images + text
  const details = [
    ...(prompt.text > 0 ? [{ modality: 'TEXT', tokenCount: prompt.text }] : []),
    ...(prompt.image > 0 ? [{ modality: 'IMAGE', tokenCount: prompt.image }] : []),
  ]
  return {
    promptTokenCount,
    ...(candidates > 0 ? { candidatesTokenCount: candidates } : {}),
    totalTokenCount: promptTokenCount + candidates + thoughts,
    promptTokensDetails: details,
    ...(images > 0 ? { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: images }] } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    serviceTier: 'standard',
  }
}

/** What one generation costs beside its images: unlisted text, and thoughts, of which a stream first reports too many. */
export function generationTokens(input: { model: Model; random: SeededRandom; n: number; textLength: number }) {
  const { model, random, n, textLength } = input
  const thoughts = model.countsThoughts ? random.between({ min: 130, max: 250 }, 'thoughts', n) : 0
  return {
    text: random.between(model.unlistedTokens, 'unlisted', n) + Math.ceil(textLength / CHARACTERS_PER_TOKEN),
    thoughtsAtFirst: thoughts,
    thoughts: Math.ceil(thoughts / 3),
  }
}
