import { errorOfFault } from '../faults/error-of-fault.ts'
import type { ApiExchange } from '../http/exchange.ts'
import { sendHtml } from '../http/send-html.ts'
import { catalogueError } from '../wire/error-catalogue.ts'
import type { AdmittedRequest } from './admitted-request.ts'
import { type Content, composeContent } from './compose-content.ts'
import { REFUSALS } from './refusals.ts'
import { type Answer, type AnswerIdentity, refusalBody, streamEvents, unaryBody } from './response-body.ts'
import { type Sending, sendStream, sendUnary } from './send-answer.ts'
import { generationTokens, promptTokens, usageOf } from './usage.ts'

/** Answers a request that is right: with an image, or with what its fault says. */
export async function answerRequest(exchange: ApiExchange, admitted: AdmittedRequest): Promise<void> {
  const { entry, response } = exchange
  const { faults } = admitted
  const error = Object.values(faults).flatMap((fault) => errorOfFault(fault, entry.model) ?? [])[0]
  if (error || faults.gateway_html || faults.silence || faults.drop) entry.outcome = 'fault'
  if (error) throw error
  if (faults.gateway_html) return sendHtml(exchange, faults.gateway_html.status)
  if (generates(admitted)) exchange.simulation.log.noteGeneration(entry)
  if (faults.silence) return
  if (faults.drop) {
    if (faults.drop.carriedOut) await exchange.simulation.clock.sleep(latencyMs(exchange, admitted), exchange.signal)
    response.destroy()
    return
  }
  await sendGeneration(exchange, admitted)
}

function generates({ faults }: AdmittedRequest): boolean {
  if (faults.silence) return faults.silence.carriedOut
  if (faults.drop) return faults.drop.carriedOut
  return faults.refusal ? REFUSALS[faults.refusal.refusal].carriedOut : true
}

async function sendGeneration(exchange: ApiExchange, admitted: AdmittedRequest): Promise<void> {
  const { entry, simulation } = exchange
  const { faults, model, request } = admitted
  const isStream = entry.method === 'streamGenerateContent'
  const sending = sendingOf(exchange, admitted)
  const identity = { modelVersion: model.id, responseId: simulation.uniqueBytes(17).toString('base64url') }
  entry.outcome =
    faults.refusal || faults.cut || faults.error_mid_stream || faults.unknown_finish || faults.wrong_base64 ? 'fault' : 'answered'

  if (faults.error_mid_stream && !isStream) throw catalogueError(faults.error_mid_stream.error)
  if (faults.refusal) {
    const body = refusalBody(identity, REFUSALS[faults.refusal.refusal], usageOf({ prompt: promptTokens(request) }))
    return isStream ? sendStream(exchange, [{ atShare: 1, body }], sending) : sendUnary(exchange, body, sending)
  }
  const answer = await composeAnswer(exchange, admitted, identity)
  return isStream ? sendStream(exchange, streamEvents(answer), sending) : sendUnary(exchange, unaryBody(answer), sending)
}

async function composeAnswer(exchange: ApiExchange, admitted: AdmittedRequest, identity: AnswerIdentity): Promise<Answer> {
  const { model, request, images, faults } = admitted
  const { simulation, entry } = exchange
  const { responseId } = identity
  const { n } = entry
  const content = await composeContent({ simulation, n, model, responseId, request, images })
  const textLength = content.text?.text?.length ?? 0
  const tokens = generationTokens({ model, random: simulation.random, n, textLength })
  const size = request.generationConfig.imageConfig.imageSize ?? '1K'
  const counts = { prompt: promptTokens(request), images: content.image ? (model.imageTokens[size] ?? 0) : 0, text: tokens.text }
  return {
    ...identity,
    content: faults.wrong_base64 ? withBrokenImage(content) : content,
    finishReason: faults.unknown_finish?.finishReason ?? 'STOP',
    usage: { atFirst: usageOf({ ...counts, thoughts: tokens.thoughtsAtFirst }), atLast: usageOf({ ...counts, thoughts: tokens.thoughts }) },
  }
}

function withBrokenImage(content: Content): Content {
  const inlineData = content.image?.inlineData
  if (!inlineData) return content
  return { ...content, image: { ...content.image, inlineData: { ...inlineData, data: `${inlineData.data.slice(0, 101)}*!*` } } }
}

function sendingOf(exchange: ApiExchange, admitted: AdmittedRequest): Sending {
  const { cut, slow_body: slow, error_mid_stream: broken } = admitted.faults
  return {
    totalMs: latencyMs(exchange, admitted),
    delivery: { ...(cut ? { cut } : {}), ...(slow ? { slow } : {}) },
    ...(broken ? { errorMidStream: catalogueError(broken.error) } : {}),
  }
}

function latencyMs({ simulation, entry }: ApiExchange, { model, faults }: AdmittedRequest): number {
  const { latency, timeScale } = simulation.settings
  const { minMs, maxMs } = latency[model.id] ?? latency['*'] ?? model.latency
  return (minMs + simulation.random.unit('latency', entry.n) * (maxMs - minMs)) * timeScale + (faults.latency?.ms ?? 0)
}
