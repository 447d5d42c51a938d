/** One call of an image model: what is asked, and what came of it. */
import type { Billed } from './billed.ts'
import type { FailureFacts, FailureKind } from './failure.ts'
import type { ImageSettings } from './image-settings.ts'
import type { Hole, ImageBlob } from './part.ts'

/** A part to be sent. `raw` parts are replayed byte for byte, holes filled from the stores. */
export type RequestPart =
  | { kind: 'text'; text: string }
  | { kind: 'inline'; image: ImageBlob }
  /** `of`: what the file is a copy of, where it is one of ours. */
  | { kind: 'file'; mimeType: string; uri: string; of?: Pick<ImageBlob, 'sha256' | 'bytes'> }
  | { kind: 'raw'; raw: string; holes: readonly Hole[] }

export interface RequestContent {
  role: 'user' | 'model'
  parts: readonly RequestPart[]
}

export interface SafetySetting {
  category: string
  threshold: string
}

export interface ModelRequest {
  turnId: string
  /** Number of the attempt, from 1; with `turnId` it names the attempt upstream logs can be matched by. */
  attempt: number
  endpointId: string
  /** Model id as sent on the wire. */
  model: string
  contents: readonly RequestContent[]
  systemInstruction: string | null
  safetySettings: readonly SafetySetting[]
  /** Only what the model takes: the planner leaves out a size the model has no field for. */
  image: ImageSettings
  /** Ask for interim thought pictures (`thinkingConfig.includeThoughts`); only where the catalogue says the model takes it. */
  includeThoughts: boolean
  /** From the moment the connection is opened to the last byte. */
  timeoutMs: number
}

export interface TokenCount {
  modality: string
  tokens: number
}

/** Tokens as the last chunk reported them (wire-facts §1.3). Null where the upstream said nothing. */
export interface Usage {
  promptTokens: number | null
  outputTokens: number | null
  thoughtTokens: number | null
  totalTokens: number | null
  promptByModality: readonly TokenCount[]
  outputByModality: readonly TokenCount[]
}

/** What came of an attempt, whatever it was. Parts of an answer went to the sink; of a failed attempt's parts none count. */
export interface ModelAnswer {
  outcome: 'succeeded' | FailureKind
  httpStatus: number | null
  /** The upstream's words, or ours; never request content, at most 2,000 characters. */
  message: string | null
  facts: FailureFacts
  billed: Billed
  usage: Usage | null
  modelVersion: string | null
  responseId: string | null
}
