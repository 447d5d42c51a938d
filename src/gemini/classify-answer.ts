/** Says what came of an attempt whose answer was read to its end with status 200. */

import type { Billed } from '../domain/billed.ts'
import { FAILURE_TRAITS, type FailureFacts, type FailureKind } from '../domain/failure.ts'
import type { AnswerSummary } from './answer-summary.ts'
import { classifyError } from './classify-error.ts'
import { errorCase } from './error-case.ts'
import { meaningOfFinish } from './finish-reasons.ts'
import { readErrorObject } from './wire-error.ts'

export interface Verdict {
  outcome: 'succeeded' | FailureKind
  billed: Billed
  /** Unscrubbed. */
  message: string | null
  facts: FailureFacts
}

export function classifyAnswer(summary: AnswerSummary): Verdict {
  if (summary.error !== null) return errorInStream(summary)
  if (summary.promptBlock !== null && !summary.begun) return promptBlocked(summary)
  if (summary.finishReason === null) return withoutFinish(summary)
  const meaning = meaningOfFinish(summary.finishReason)
  if (meaning === 'blocked') return failed('blocked', summary, { promptBlocked: false })
  if (meaning === 'unsigned_history') return failed('signature_rejected', summary, {})
  if (meaning === 'done' || summary.images > 0) return finished(summary)
  return noImage(summary)
}

/** An error object among the events. What had begun before it may be on the bill, whatever the error says of itself. */
function errorInStream(summary: AnswerSummary): Verdict {
  const error = readErrorObject(summary.error)
  const { kind, facts } = classifyError(errorCase(200, error))
  const billed = summary.begun ? 'maybe' : FAILURE_TRAITS[kind].billed
  return { outcome: kind, billed, message: error?.message ?? 'the answer carried an unreadable error', facts }
}

function promptBlocked(summary: AnswerSummary): Verdict {
  const { reason = null, message = null } = summary.promptBlock ?? {}
  const facts = { promptBlocked: true, blockReason: reason, ratings: summary.ratings }
  return { outcome: 'blocked', billed: 'no', message, facts }
}

/** A stream that ended in good order but in the middle; a single document is whole by itself. */
function withoutFinish(summary: AnswerSummary): Verdict {
  if (!summary.begun) return noImage(summary)
  if (!summary.isEventStream) return finished(summary)
  return failed('ambiguous', summary, {}, 'the stream ended without a finish reason')
}

function finished(summary: AnswerSummary): Verdict {
  if (summary.images === 0 && summary.texts === 0) return noImage(summary)
  const textOnly = summary.images === 0 ? { textOnly: true } : {}
  const facts = { finishReason: summary.finishReason, ...textOnly }
  return { outcome: 'succeeded', billed: 'yes', message: summary.finishMessage, facts }
}

function noImage(summary: AnswerSummary): Verdict {
  const { usage } = summary
  const usageReported = (usage?.outputTokens ?? 0) + (usage?.thoughtTokens ?? 0) > 0
  const verdict = failed('no_image', summary, { usageReported })
  // IMAGE_OTHER says so itself (wire-facts §1.3).
  return /will not be charged/i.test(summary.finishMessage ?? '') ? { ...verdict, billed: 'no' } : verdict
}

function failed(kind: FailureKind, summary: AnswerSummary, facts: FailureFacts, message = summary.finishMessage): Verdict {
  const { finishReason, ratings } = summary
  return { outcome: kind, billed: FAILURE_TRAITS[kind].billed, message, facts: { finishReason, ratings, ...facts } }
}
