import { authenticate } from './http/authenticate.ts'
import type { ApiExchange } from './http/exchange.ts'
import { sendJson } from './http/send.ts'
import { MODELS, type Model } from './models.ts'
import { modelNotFound } from './wire/api-error.ts'

/** `GET /v1beta/models`: those that are not retired. */
export async function listModels(exchange: ApiExchange): Promise<void> {
  authenticate(exchange)
  sendJson(exchange, { models: offered(exchange).map(modelResource) })
}

/** `GET /v1beta/models/{id}`. */
export async function getModel(exchange: ApiExchange): Promise<void> {
  authenticate(exchange)
  const id = exchange.params.id ?? ''
  const model = offered(exchange).find((candidate) => candidate.id === id)
  if (!model) throw modelNotFound(id)
  sendJson(exchange, modelResource(model))
}

function offered({ simulation }: ApiExchange): Model[] {
  return MODELS.filter(({ id }) => simulation.settings.retired[id] === undefined)
}

function modelResource(model: Model) {
  return {
    name: `models/${model.id}`,
    version: '3.0',
    displayName: model.displayName,
    inputTokenLimit: model.inputTokenLimit,
    outputTokenLimit: model.outputTokenLimit,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'batchGenerateContent'],
    temperature: 1,
    topP: 0.95,
    topK: 64,
    maxTemperature: 2,
    ...(model.thinkingLevels ? { thinking: true } : {}),
  }
}
