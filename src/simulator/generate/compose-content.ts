import { createHash } from 'node:crypto'
import type { Model } from '../models.ts'
import type { Simulation } from '../simulation.ts'
import type { GenerateRequest } from '../wire/generate-request.ts'
import { textDigest } from './check-signatures.ts'
import { type ConversationImage, chooseBase, newestPrompt } from './conversation.ts'

export type AnswerPart = {
  text?: string
  thought?: true
  inlineData?: { mimeType: string; data: string }
  thoughtSignature?: string
}

/** What a model has to say: thoughts (never signed), then a text, an image or both (signed by those that sign). */
export type Content = { thoughts: AnswerPart[]; text?: AnswerPart; image?: AnswerPart }

export type CompositionOrder = {
  simulation: Simulation
  /** The request's number: chance hangs on it, so that a run can be repeated. */
  n: number
  model: Model
  responseId: string
  request: GenerateRequest
  images: ConversationImage[]
}

/** Composes an answer: `?ask` in the prompt makes the model ask back, `?text` makes it speak before the image. */
export async function composeContent(order: CompositionOrder): Promise<Content> {
  const { simulation, model, n, request } = order
  const { responseModalities, thinkingConfig } = request.generationConfig
  const prompt = newestPrompt(request)
  const asksBack = prompt.includes('?ask')
  const speaks = prompt.includes('?text') || simulation.random.unit('text', n) < simulation.settings.textRate
  const mayText = responseModalities.length === 0 || responseModalities.includes('TEXT')
  const mayImage = responseModalities.length === 0 || responseModalities.includes('IMAGE')

  if (asksBack || !mayImage) return { thoughts: [], text: signedText(order, 'Which part of the picture should I change, and how?') }
  const picture = await paint(order, { prompt, draft: false })
  const image: AnswerPart = { inlineData: { mimeType: model.mimeType, data: picture.toString('base64') } }
  const content: Content = { thoughts: [], image: { ...image, ...signature(order, { index: 1, sha256: sha256Of(picture) }) } }
  if (speaks && mayText) content.text = signedText(order, `Here is the picture: ${prompt.replace('?text', '').trim()} `)
  if (thinkingConfig?.includeThoughts) content.thoughts = await think(order, { prompt, image })
  return content
}

/** A planning text, a draft, and last the final picture: what is shown while a model thinks (wire-facts §2.1). */
async function think(order: CompositionOrder, { prompt, image }: { prompt: string; image: AnswerPart }): Promise<AnswerPart[]> {
  const draft = await paint(order, { prompt, draft: true })
  return [
    { text: '**Planning the picture**\n\nI look at what is there and decide what has to change.\n', thought: true },
    { inlineData: { mimeType: order.model.mimeType, data: draft.toString('base64') }, thought: true },
    { ...image, thought: true },
  ]
}

function paint(
  { simulation, model, responseId, request, images }: CompositionOrder,
  { prompt, draft }: { prompt: string; draft: boolean },
) {
  const { base, references } = chooseBase(images)
  const { imageSize = '1K', aspectRatio } = request.generationConfig.imageConfig
  return simulation.paint({
    ...{ responseId, model: model.id, mimeType: model.mimeType, imageSize, prompt: prompt.replace('?text', '').trim(), draft },
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    inputs: images.map(({ content }) => content),
    ...(base ? { base: base.content } : {}),
    references: references.map(({ content }) => content),
  })
}

function signedText(order: CompositionOrder, text: string): AnswerPart {
  return { text, ...signature(order, { index: 0, sha256: textDigest(text) }) }
}

function signature(
  { simulation, model, n, responseId }: CompositionOrder,
  part: { index: number; sha256: string },
): { thoughtSignature?: string } {
  if (!model.signs) return {}
  const { random, settings, mint } = simulation
  const signed = mint.sign({
    model: model.id,
    nonce: random.bytes(16, 'nonce', responseId, part.index),
    length: random.between(settings.signatureBytes, 'signature', n, part.index),
    contentSha256: part.sha256,
  })
  return { thoughtSignature: signed.toString('base64') }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
