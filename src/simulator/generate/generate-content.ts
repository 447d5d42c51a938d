import { authenticate } from '../http/authenticate.ts'
import type { ApiExchange } from '../http/exchange.ts'
import { type JsonBody, readJsonBody } from '../http/read-body.ts'
import type { Model } from '../models.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import { type GenerateRequest, generateRequestSchema } from '../wire/generate-request.ts'
import { readMessage } from '../wire/read-message.ts'
import type { FaultSet } from './admitted-request.ts'
import { answerRequest } from './answer-request.ts'
import { checkRequest } from './check-request.ts'
import { checkSignatures } from './check-signatures.ts'
import { collectImages, newestPrompt } from './conversation.ts'
import { findModel } from './find-model.ts'
import { promptTokens } from './usage.ts'

/**
 * `:generateContent` and `:streamGenerateContent`. The order of things: body, key, model, message, faults are drawn, form and
 * configuration, images and files, signatures, quota; then the fault, if there is one, or the answer. So a wrong request is told so in any weather.
 */
export async function generateContent(exchange: ApiExchange): Promise<void> {
  const { simulation, entry } = exchange
  const body = await readJsonBody(exchange)
  const project = authenticate(exchange)
  const known = findModel(entry.model, simulation.settings.retired)
  const request = parseRequest(body)
  const faults = drawFaults(exchange, request)
  const model = faults.reroute ? findModel(faults.reroute.to, simulation.settings.retired) : known
  entry.modelVersion = model.id

  checkRequest(request, model)
  const images = await collectImages(request, { files: simulation.files, project })
  entry.images = images.map(({ role, via, content }) => ({ role, via, sha256: content.sha256 }))
  if (model.signs) checkSignatures(request, signatureRules(exchange, model))
  if (faults.reject_signatures && hasSignatures(request)) {
    entry.outcome = 'fault'
    throw catalogueError('corrupted_signature')
  }
  const { text, image } = promptTokens(request)
  simulation.quotas.admit({ project, model: model.id, tokens: text + image })
  await answerRequest(exchange, { model, request, images, faults })
}

function parseRequest({ json, values }: JsonBody): GenerateRequest {
  return generateRequestSchema.parse(readMessage({ message: 'GenerateContentRequest', json, values }))
}

function drawFaults({ simulation, entry }: ApiExchange, request: GenerateRequest): FaultSet {
  const { n, nOfModel, model } = entry
  const { imageSize } = request.generationConfig.imageConfig
  const due = simulation.faults.due({ call: 'generate', n, nOfModel, model, prompt: newestPrompt(request), imageSize })
  const faults: FaultSet = Object.fromEntries(due.map((fault) => [fault.kind, fault]))
  const last = due.at(-1)
  if (last) entry.fault = last.kind
  if (faults.expire_files) simulation.files.expireAll()
  return faults
}

function signatureRules({ simulation }: ApiExchange, model: Model) {
  const { signatureExchange, acceptPlaceholders } = simulation.settings
  return { mint: simulation.mint, model: model.id, acceptedModels: signatureExchange[model.id] ?? [], acceptPlaceholders }
}

function hasSignatures(request: GenerateRequest): boolean {
  return request.contents.some(({ parts }) => parts.some((part) => part.thoughtSignature))
}
