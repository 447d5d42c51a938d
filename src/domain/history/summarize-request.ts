/** What was, or would be, sent, as JSON a person can read: words in full, media and signatures by digest, no byte of either. */
import type { ModelRequest, RequestContent, RequestPart } from '../model-call.ts'
import type { ContentsSize } from './measure-contents.ts'

type StoredDigest = { holds: 'image' | 'signature'; sha256: string; bytes: number }

export type PartSummary =
  | { type: 'text'; text: string }
  | { type: 'image'; sentAs: 'inline'; sha256: string; bytes: number; mimeType: string }
  /** `uri` null: to be uploaded first. Digest and bytes where it is ours. */
  | { type: 'image'; sentAs: 'file'; mimeType: string; uri: string | null; sha256?: string; bytes?: number }
  /** A model's part sent back as received: `json` with its image and signature taken out, and what they were. */
  | { type: 'replayed'; json: string; stored: StoredDigest[] }

export interface RequestSummary {
  endpoint: string
  model: string
  systemInstruction: string | null
  safetySettings: ModelRequest['safetySettings']
  image: ModelRequest['image']
  includeThoughts: boolean
  contents: { role: RequestContent['role']; parts: PartSummary[] }[]
  size: ContentsSize
}

export type SummarizedRequest = Pick<
  ModelRequest,
  'endpointId' | 'model' | 'contents' | 'systemInstruction' | 'safetySettings' | 'image' | 'includeThoughts'
>

/**
 * The request of one attempt, for `GET /v1/turns/:id/request` and dry runs. `size` as planned or measured. Of a plan the
 * pictures of users are not placed yet: with `picturesAsFiles` they are shown as the files they would become.
 */
export function summarizeRequest(request: SummarizedRequest, size: ContentsSize, { picturesAsFiles = false } = {}): RequestSummary {
  const { endpointId, model, contents, systemInstruction, safetySettings, image, includeThoughts } = request
  return {
    endpoint: endpointId,
    model,
    systemInstruction,
    safetySettings,
    image,
    includeThoughts,
    contents: contents.map(({ role, parts }) => ({
      role,
      parts: parts.map((part) => summarizePart(part, picturesAsFiles && role === 'user')),
    })),
    size,
  }
}

function summarizePart(part: RequestPart, asFile: boolean): PartSummary {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'inline':
      return asFile ? { type: 'image', sentAs: 'file', uri: null, ...part.image } : { type: 'image', sentAs: 'inline', ...part.image }
    case 'file':
      return { type: 'image', sentAs: 'file', mimeType: part.mimeType, uri: withoutQuery(part.uri), ...part.of }
    case 'raw':
      return { type: 'replayed', json: part.raw, stored: part.holes.map(({ holds, sha256, bytes }) => ({ holds, sha256, bytes })) }
  }
}

/** The query of a signed URL is what lets its bearer in. */
function withoutQuery(uri: string): string {
  return uri.replace(/\?.*$/s, '')
}
