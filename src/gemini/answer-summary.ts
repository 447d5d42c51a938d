/** What an answer said besides its parts, gathered over all its documents. Later ones win: the last usage and the last finish count. */
import type { SafetyRating } from '../domain/failure.ts'
import type { Usage } from '../domain/model-call.ts'
import type { ReceivedPart } from '../domain/part.ts'
import type { WireDocument, WireRating, WireUsage } from './wire-answer.ts'

export interface AnswerSummary {
  /** Whether any document was one of this API: without, a 200 is not an answer. */
  recognised: boolean
  /** Whether the model had begun to answer, and so may have charged. */
  begun: boolean
  isEventStream: boolean
  /** Parts that are not thoughts. */
  images: number
  texts: number
  finishReason: string | null
  finishMessage: string | null
  /** Null where the prompt was not judged or passed. `reason` is null where it was refused without one. */
  promptBlock: { reason: string | null; message: string | null } | null
  ratings: readonly SafetyRating[]
  usage: Usage | null
  modelVersion: string | null
  responseId: string | null
  /** An error object among the documents; unread. */
  error: unknown
}

export function newAnswerSummary(): AnswerSummary {
  return {
    recognised: false,
    begun: false,
    isEventStream: false,
    images: 0,
    texts: 0,
    finishReason: null,
    finishMessage: null,
    promptBlock: null,
    ratings: [],
    usage: null,
    modelVersion: null,
    responseId: null,
    error: null,
  }
}

/** Adds a document. Of several candidates only the first counts. */
export function addDocument(summary: AnswerSummary, document: WireDocument): void {
  const candidate = isFirstCandidate(document) ? document.candidates?.[0] : undefined
  const feedback = document.promptFeedback
  summary.recognised ||= document.candidates != null || feedback != null || document.usageMetadata != null || document.error != null
  summary.finishReason = candidate?.finishReason ?? summary.finishReason
  summary.finishMessage = candidate?.finishMessage ?? summary.finishMessage
  if (feedback?.blockReason || feedback?.blockReasonMessage) {
    summary.promptBlock = { reason: feedback.blockReason ?? null, message: feedback.blockReasonMessage ?? null }
  }
  const ratings = feedback?.blockReason ? feedback.safetyRatings : (candidate?.safetyRatings ?? feedback?.safetyRatings)
  if (ratings) summary.ratings = ratings.map(readRating)
  if (document.usageMetadata) summary.usage = readUsage(document.usageMetadata)
  summary.modelVersion = document.modelVersion ?? summary.modelVersion
  summary.responseId = document.responseId ?? summary.responseId
  summary.error = document.error ?? summary.error
}

export function addPart(summary: AnswerSummary, part: ReceivedPart): void {
  summary.begun = true
  if (part.thought) return
  if (part.image !== null) summary.images += 1
  if (part.text) summary.texts += 1
}

/** A document of a stream may be about another candidate alone; its place in the array then says nothing. */
export function isFirstCandidate(document: WireDocument): boolean {
  return (document.candidates?.[0]?.index ?? 0) === 0
}

function readRating(rating: WireRating): SafetyRating {
  return { category: rating.category, probability: rating.probability ?? null, blocked: rating.blocked === true }
}

function readUsage(usage: WireUsage): Usage {
  const byModality = (counts: WireUsage['promptTokensDetails']) =>
    (counts ?? []).map(({ modality, tokenCount }) => ({ modality, tokens: tokenCount }))
  return {
    promptTokens: usage.promptTokenCount ?? null,
    outputTokens: usage.candidatesTokenCount ?? null,
    thoughtTokens: usage.thoughtsTokenCount ?? null,
    totalTokens: usage.totalTokenCount ?? null,
    promptByModality: byModality(usage.promptTokensDetails),
    outputByModality: byModality(usage.candidatesTokensDetails),
  }
}
