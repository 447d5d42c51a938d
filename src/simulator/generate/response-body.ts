import type { AnswerPart, Content } from './compose-content.ts'
import type { Refusal } from './refusals.ts'
import type { Usage } from './usage.ts'

/** What every body of one answer says of it. */
export type AnswerIdentity = { modelVersion: string; responseId: string }

export type Answer = AnswerIdentity & {
  content: Content
  finishReason: string
  /** A stream reports `atFirst` with its first events and `atLast` with its last: cumulative, and not rising (wire-facts §1.3). */
  usage: { atFirst: Usage; atLast: Usage }
}

/** One event of a stream, and the share of the answer's time after which it is sent. */
export type StreamEvent = { atShare: number; body: object }

const STREAMED_TEXT_PIECES = 3

/** The body of a unary answer: all parts at once. */
export function unaryBody(answer: Answer): object {
  const { thoughts, text, image } = answer.content
  const parts = [...thoughts, ...(text ? [text] : []), ...(image ? [image] : [])]
  return body(answer, { parts, finishReason: answer.finishReason, usage: answer.usage.atLast })
}

/**
 * The events of a stream (wire-facts §2.6). A signing model sends a part an event and ends with an empty text; of a text alone the
 * signature comes last, on that empty text. 2.5 sends its text in pieces and ends with the image.
 */
export function streamEvents(answer: Answer): StreamEvent[] {
  const parts = streamedParts(answer.content)
  const thoughts = answer.content.thoughts.length
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1
    const usage = isLast ? answer.usage.atLast : answer.usage.atFirst
    const atShare = index < thoughts ? (index + 1) / (thoughts + 1) : 1
    return { atShare, body: body(answer, { parts: [part], usage, ...(isLast ? { finishReason: answer.finishReason } : {}) }) }
  })
}

function streamedParts({ thoughts, text, image }: Content): AnswerPart[] {
  const signs = (text ?? image)?.thoughtSignature !== undefined
  if (!image)
    return [
      ...thoughts,
      ...pieces(text?.text ?? ''),
      { text: '', ...(text?.thoughtSignature ? { thoughtSignature: text.thoughtSignature } : {}) },
    ]
  if (!signs) return [...pieces(text?.text ?? ''), image]
  return [...thoughts, ...(text ? [text] : []), image, { text: '' }]
}

function pieces(text: string): AnswerPart[] {
  const length = Math.ceil(text.length / STREAMED_TEXT_PIECES)
  return Array.from({ length: text === '' ? 0 : STREAMED_TEXT_PIECES }, (_, index) => ({
    text: text.slice(index * length, (index + 1) * length),
  }))
}

function body(
  identity: AnswerIdentity,
  { parts, finishReason, usage }: { parts: AnswerPart[]; finishReason?: string; usage: Usage },
): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 }],
    usageMetadata: usage,
    modelVersion: identity.modelVersion,
    responseId: identity.responseId,
  }
}

/** A 200 without an image: the same body on both kinds of call. */
export function refusalBody(identity: AnswerIdentity, refusal: Refusal, usage: Usage): object {
  const { candidates, promptFeedback } = refusal
  return {
    ...(candidates ? { candidates } : {}),
    ...(promptFeedback ? { promptFeedback } : {}),
    usageMetadata: usage,
    modelVersion: identity.modelVersion,
    responseId: identity.responseId,
  }
}
