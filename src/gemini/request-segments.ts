/** A request as a list of literal JSON and references to stored bytes: the one definition that is both measured and sent. */

import type { ModelRequest, RequestContent, RequestPart } from '../domain/model-call.ts'
import { type HoleContent, splitAtHoles } from '../domain/part-text.ts'

/** Literal JSON, or what is to stand there in its place. */
export type Segment = string | HoleContent

/** The body of `generateContent` and `streamGenerateContent` (wire-facts §1.2). */
export function* requestSegments(request: ModelRequest): Generator<Segment> {
  yield '{'
  if (request.systemInstruction !== null) yield `"systemInstruction":${JSON.stringify({ parts: [{ text: request.systemInstruction }] })},`
  yield '"contents":['
  for (const [index, content] of request.contents.entries()) {
    if (index > 0) yield ','
    yield* contentSegments(content)
  }
  yield `],"generationConfig":${JSON.stringify(generationConfig(request))}`
  if (request.safetySettings.length > 0) yield `,"safetySettings":${JSON.stringify(request.safetySettings)}`
  yield '}'
}

function* contentSegments(content: RequestContent): Generator<Segment> {
  yield `{"role":"${content.role}","parts":[`
  for (const [index, part] of content.parts.entries()) {
    if (index > 0) yield ','
    yield* partSegments(part)
  }
  yield ']}'
}

function* partSegments(part: RequestPart): Generator<Segment> {
  switch (part.kind) {
    case 'text':
      yield JSON.stringify({ text: part.text })
      break
    case 'file':
      yield JSON.stringify({ fileData: { mimeType: part.mimeType, fileUri: part.uri } })
      break
    case 'inline':
      yield `{"inlineData":{"mimeType":${JSON.stringify(part.image.mimeType)},"data":"`
      yield { holds: 'image', sha256: part.image.sha256, bytes: part.image.bytes, alphabet: 'base64', padded: true }
      yield '"}}'
      break
    case 'raw':
      yield* splitAtHoles(part.raw, part.holes)
  }
}

/** `undefined` fields are left out by JSON: a model that has no field for a size must not be sent one. */
function generationConfig(request: ModelRequest): object {
  const { aspectRatio, size } = request.image
  return {
    responseModalities: ['TEXT', 'IMAGE'],
    imageConfig: aspectRatio || size ? { aspectRatio, imageSize: size } : undefined,
    thinkingConfig: request.includeThoughts ? { includeThoughts: true } : undefined,
  }
}
