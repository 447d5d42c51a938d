import { createHash } from 'node:crypto'
import { invalidArgument } from '../wire/api-error.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { GenerateRequest, RequestPart } from '../wire/generate-request.ts'
import type { SignatureMint } from './signature.ts'

/** A part of a model turn with the place an error names: both 1-based (wire-facts §2.2). */
type PlacedPart = { part: RequestPart; contentPosition: number; partPosition: number }

/** Values that the official guide documents for history without signatures of its own (wire-facts §2.4). */
const PLACEHOLDERS = ['context_engineering_is_the_way_to_go', 'skip_thought_signature_validator']

const DOCUMENTATION = 'Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures#model-behavior for more details.'

export type SignatureRules = {
  mint: SignatureMint
  /** The model that is asked; it takes its own signatures and those of `acceptedModels`. */
  model: string
  acceptedModels: readonly string[]
  acceptPlaceholders: boolean
}

/**
 * Goes over every model turn part by part (wire-facts §2.1): the first part after the thoughts and every image part must carry its
 * signature, and each signature that is there must be the one minted for exactly this part. Model contents in a row are one turn:
 * the official client replays a streamed answer as one content per chunk. A picture given as fileData in a model turn is unproven
 * (§2.9) and refused.
 * @throws ApiError 400
 */
export function checkSignatures(request: GenerateRequest, rules: SignatureRules): void {
  for (const turn of modelTurns(request)) {
    const leadingText = leadingTexts(turn)
    for (const [index, placed] of turn.entries()) {
      const { part } = placed
      if (part.thoughtSignature) checkSignature(placed, leadingText, rules)
      else if (part.inlineData || part.fileData) throw missing('Image', placed)
      else if (part.text !== undefined && index === 0 && !leadingText.some((text) => text.part.thoughtSignature))
        throw missing('Text', placed)
    }
  }
}

/** Thoughts are left out: they are never signed, and may be sent back or not. */
function modelTurns(request: GenerateRequest): PlacedPart[][] {
  const turns: PlacedPart[][] = []
  let turn: PlacedPart[] | undefined
  for (const [contentIndex, content] of request.contents.entries()) {
    if (content.role !== 'model') {
      turn = undefined
      continue
    }
    if (!turn) {
      turn = []
      turns.push(turn)
    }
    for (const [partIndex, part] of content.parts.entries()) {
      if (!part.thought) turn.push({ part, contentPosition: contentIndex + 1, partPosition: partIndex + 1 })
    }
  }
  return turns
}

/** The run of text before the first image. Of a streamed text its signature may come last, on an empty text (wire-facts §2.6). */
function leadingTexts(turn: PlacedPart[]): PlacedPart[] {
  const end = turn.findIndex(({ part }) => part.text === undefined)
  return end === -1 ? turn : turn.slice(0, end)
}

function checkSignature(placed: PlacedPart, leadingText: PlacedPart[], rules: SignatureRules): void {
  const signature = placed.part.thoughtSignature
  if (!signature || (rules.acceptPlaceholders && isPlaceholder(signature.sample, signature.head))) return
  const verdict = rules.mint.verify(signature, contentDigest(placed.part, leadingText))
  const accepted = verdict?.intact && [rules.model, ...rules.acceptedModels].includes(verdict.model)
  if (!accepted) throw catalogueError('corrupted_signature')
}

function contentDigest(part: RequestPart, leadingText: PlacedPart[]): string {
  if (part.inlineData?.data) return part.inlineData.data.sha256
  const text = part.text === '' ? leadingText.map((placed) => placed.part.text).join('') : part.text
  return textDigest(text ?? '')
}

/** What a text's signature is bound to: lower-case hex of SHA-256 over its UTF-8. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function isPlaceholder(asSent: string, decoded: Buffer): boolean {
  return PLACEHOLDERS.includes(asSent) || PLACEHOLDERS.includes(decoded.toString('latin1'))
}

function missing(kind: 'Image' | 'Text', { contentPosition, partPosition }: PlacedPart): Error {
  const where = `content position ${contentPosition}, part position ${partPosition}`
  return invalidArgument(`${kind} part is missing a thought_signature in ${where}. ${DOCUMENTATION}`)
}
