/**
 * What only a live call can settle (wire-facts §9), each with what is assumed until then. Nothing here is a setting: a row
 * that a live call refutes names the place to change.
 */
export interface UnsettledFact {
  question: string
  assumed: string
  /** Where the assumption is built in. */
  where: string
}

export const UNSETTLED_FACTS: readonly UnsettledFact[] = [
  {
    question: 'How large are the signatures of 2K and 4K images?',
    assumed: 'Any size: they are streamed both ways, and only the whole answer is limited (300 MiB).',
    where: 'read-answer.ts',
  },
  {
    question: 'May an image of a model turn be sent as fileData beside its thoughtSignature?',
    assumed: 'No: model parts are replayed with their bytes inline, as received.',
    where: 'request-segments.ts',
  },
  {
    question: 'Does the placeholder signature pass on image parts of the current pro model?',
    assumed: 'Unknown here: no placeholder is ever added by this adapter.',
    where: 'request-segments.ts',
  },
  {
    question: 'Do models accept signatures minted by another model?',
    assumed: 'Unknown here: what is replayed is the planner’s choice, and a refusal is signature_rejected.',
    where: 'classify-error.ts',
  },
  {
    question: 'What is the exact body for a file that expired?',
    assumed: 'The 403 for a foreign file; a 404 that names a file, and a file that is not ACTIVE, count the same.',
    where: 'classify-error.ts',
  },
  {
    question: 'What does the body of finishReason MISSING_THOUGHT_SIGNATURE hold?',
    assumed: 'Nothing of use: it is signature_rejected, parts or not.',
    where: 'finish-reasons.ts',
  },
  {
    question: 'Does an image beside MAX_TOKENS, CONTINUATION or an unknown finishReason count as whole?',
    assumed: 'Yes: its JSON was complete and it was paid for; the reason is kept verbatim.',
    where: 'finish-reasons.ts',
  },
  {
    question: 'Is an attempt charged that the upstream itself cancels (499) or breaks off with an error?',
    assumed: 'Perhaps: billed is “maybe” as soon as any part of an answer had come, and always for 499.',
    where: 'classify-answer.ts',
  },
  {
    question: 'May a part that is a bare thoughtSignature, without a data field, be sent back?',
    assumed: 'It is kept as received; wire-facts §1.2 reports a 400 on Vertex, at times.',
    where: 'received-part.ts',
  },
]
