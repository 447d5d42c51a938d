/** The Gemini API as an `ImageModel`: one attempt, streamed out and in, and an answer for whatever came of it. */
import type { Endpoint } from '../domain/endpoint.ts'
import { FAILURE_TRAITS } from '../domain/failure.ts'
import type { ModelAnswer, ModelRequest } from '../domain/model-call.ts'
import type { AnswerSink, BlobStore, Clock, ImageModel, SignatureStore } from '../domain/ports.ts'
import { type AnswerSummary, newAnswerSummary } from './answer-summary.ts'
import { type EndedBy, withTimeout } from './attempt-timeout.ts'
import { measureRequest, requestBody } from './build-request.ts'
import { callEndpoint, endpointOf, readErrorText } from './call-endpoint.ts'
import { classifyAnswer, type Verdict } from './classify-answer.ts'
import { classifyError } from './classify-error.ts'
import { classifyException } from './classify-exception.ts'
import { errorCase } from './error-case.ts'
import { readAnswer } from './read-answer.ts'
import { safeMessage } from './safe-message.ts'
import type { Transport, TransportResponse } from './transport.ts'
import { createUploadGate, type UploadGate } from './upload-gate.ts'
import { readWireError } from './wire-error.ts'

export interface GeminiModelOptions {
  endpoints: readonly Endpoint[]
  transport: Transport
  blobs: BlobStore
  signatures: SignatureStore
  clock: Clock
  /** Models to be asked for one JSON document; all others are streamed. */
  unaryModels?: ReadonlySet<string>
}

/** Throws only for faults of our own: an unknown endpoint, storage that fails. */
export function createGeminiModel(options: GeminiModelOptions): ImageModel {
  const gates = new Map(options.endpoints.map(({ id }) => [id, createUploadGate(options.clock)]))
  return {
    attempt: (request, sink, signal) => {
      const endpoint = endpointOf(options.endpoints, request.endpointId)
      const { clock } = options
      return withTimeout({ clock, timeoutMs: request.timeoutMs, signal }, (both, endedBy) =>
        new Attempt(options, endpoint, gates.get(endpoint.id) ?? createUploadGate(clock), request).run(sink, both, endedBy),
      )
    },
  }
}

class Attempt {
  readonly #options: GeminiModelOptions
  readonly #endpoint: Endpoint
  readonly #gate: UploadGate
  readonly #request: ModelRequest
  readonly #summary: AnswerSummary = newAnswerSummary()
  #httpStatus: number | null = null

  constructor(options: GeminiModelOptions, endpoint: Endpoint, gate: UploadGate, request: ModelRequest) {
    this.#options = options
    this.#endpoint = endpoint
    this.#gate = gate
    this.#request = request
  }

  async run(sink: AnswerSink, signal: AbortSignal, endedBy: () => EndedBy): Promise<ModelAnswer> {
    try {
      const response = await this.#send(signal)
      this.#httpStatus = response.status
      if (response.status !== 200) return this.#answer(await refusal(response))
      await readAnswer(response.body, sink, this.#summary)
      return this.#answer(classifyAnswer(this.#summary))
    } catch (error) {
      const broken = classifyException(error, endedBy(), this.#request.timeoutMs)
      if (broken === null) throw error
      return this.#answer({ ...broken, facts: {} })
    }
  }

  async #send(signal: AbortSignal): Promise<TransportResponse> {
    const { transport, blobs, signatures, unaryModels } = this.#options
    const { model, turnId, attempt, timeoutMs } = this.#request
    const method = unaryModels?.has(model) ? 'generateContent' : 'streamGenerateContent?alt=sse'
    const contentLength = measureRequest(this.#request).bytes
    const leave = await this.#gate.enter(contentLength, signal)
    return callEndpoint(transport, {
      endpoint: this.#endpoint,
      method: 'POST',
      path: `/v1beta/models/${encodeURIComponent(model)}:${method}`,
      headers: {
        'content-type': 'application/json',
        'x-server-timeout': String(Math.ceil(timeoutMs / 1000)),
        'x-request-id': `${turnId}-${attempt}`,
      },
      body: thenLeave(requestBody(this.#request, blobs, signatures), leave),
      contentLength,
      timeoutMs,
      signal,
    }).finally(leave)
  }

  #answer({ outcome, billed, message, facts }: Verdict): ModelAnswer {
    const { usage, modelVersion, responseId } = this.#summary
    const words = message === null ? null : safeMessage(message, this.#endpoint.key)
    return { outcome, httpStatus: this.#httpStatus, message: words, facts, billed, usage, modelVersion, responseId }
  }
}

/** Gives the place at the gate back with the last piece, long before the answer. */
async function* thenLeave(body: AsyncIterable<Uint8Array>, leave: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } finally {
    leave()
  }
}

async function refusal(response: TransportResponse): Promise<Verdict> {
  const error = readWireError(await readErrorText(response.body))
  const { kind, facts } = classifyError(errorCase(response.status, error, response.headers['retry-after']))
  const type = response.headers['content-type'] ?? 'no content type'
  const message = error?.message || `status ${response.status} without a readable error (${type})`
  return { outcome: kind, billed: FAILURE_TRAITS[kind].billed, message, facts }
}
