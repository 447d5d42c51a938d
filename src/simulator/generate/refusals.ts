import type { Fault } from '../faults/fault-rule.ts'

export type RefusalKind = Extract<Fault, { kind: 'refusal' }>['refusal']

/** A 200 that brings no image. `carriedOut`: the model worked and the output was held back. */
export type Refusal = { carriedOut: boolean; candidates?: Record<string, unknown>[]; promptFeedback?: Record<string, unknown> }

const RATINGS = ['HATE_SPEECH', 'DANGEROUS_CONTENT', 'HARASSMENT', 'SEXUALLY_EXPLICIT'].map((name) => ({
  category: `HARM_CATEGORY_${name}`,
  probability: 'NEGLIGIBLE',
}))
const BLOCKED_RATINGS = [{ category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', probability: 'HIGH', blocked: true }, ...RATINGS.slice(0, 3)]

const SAFETY_MESSAGE =
  "Unable to show the generated image. The image was filtered out because it violated Google's Generative AI Prohibited Use policy. You will not be charged for blocked images. Try rephrasing the prompt."
const OTHER_MESSAGE =
  'Unable to show the generated image. The model could not generate the image based on the prompt provided. You will not be charged for this request. Try rephrasing the prompt.'
const THIRD_PARTY_MESSAGE =
  'Unable to show the generated image due to interests of third-party content providers. Please edit your prompt and try again. If you think this was an error, send feedback. Support code: 35561575.'

const finished = (candidate: Record<string, unknown>, carriedOut = true): Refusal => ({
  carriedOut,
  candidates: [{ ...candidate, index: 0 }],
})
const blocked = (promptFeedback: Record<string, unknown>): Refusal => ({ carriedOut: false, promptFeedback })

/** The shapes of wire-facts §1.3, recorded or quoted. */
export const REFUSALS: Readonly<Record<RefusalKind, Refusal>> = {
  image_safety: finished({ content: {}, finishReason: 'IMAGE_SAFETY', finishMessage: SAFETY_MESSAGE }),
  image_prohibited: finished({ content: { role: 'model' }, finishReason: 'IMAGE_PROHIBITED_CONTENT', finishMessage: THIRD_PARTY_MESSAGE }),
  image_recitation: finished({ content: {}, finishReason: 'IMAGE_RECITATION' }),
  image_other: finished({ content: {}, finishReason: 'IMAGE_OTHER', finishMessage: OTHER_MESSAGE }),
  safety: { carriedOut: true, candidates: [{ content: {}, finishReason: 'SAFETY', safetyRatings: BLOCKED_RATINGS }] },
  prohibited_content: finished({ content: {}, finishReason: 'PROHIBITED_CONTENT' }),
  no_image: finished({ content: {}, finishReason: 'NO_IMAGE' }),
  missing_thought_signature: finished({ content: {}, finishReason: 'MISSING_THOUGHT_SIGNATURE' }, false),
  malformed_response: finished({ content: {}, finishReason: 'MALFORMED_RESPONSE' }),
  max_tokens: finished({ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }),
  internal_error: finished({ finishReason: 'OTHER', finishMessage: 'Model failed to generate content due to internal error.' }),
  empty_content: finished({ content: {} }),
  no_candidates: { carriedOut: true },
  prompt_safety: blocked({ blockReason: 'SAFETY', safetyRatings: BLOCKED_RATINGS }),
  prompt_prohibited: blocked({ blockReason: 'PROHIBITED_CONTENT' }),
  unknown_block: blocked({ blockReason: 'MODEL_ARMOR', blockReasonMessage: 'The prompt violated Prompt Injection and Jailbreak filters.' }),
}
