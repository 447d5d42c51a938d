import { invalidArgument, payloadTooLarge } from '../wire/api-error.ts'
import { createJsonSkimmer, type SkimmedJson } from '../wire/skim-json.ts'
import type { ApiExchange } from './exchange.ts'

export type JsonBody = { json: unknown; values: SkimmedJson['values'] }

/**
 * The JSON of a request. A body over the limit is still read to its end, so that the caller gets the answer and not a broken pipe.
 * @throws ApiError 400 too large, or not JSON
 */
export async function readJsonBody({ request, entry, simulation }: ApiExchange): Promise<JsonBody> {
  const { requestBytesMax, drawing, validation } = simulation.settings
  const skimmer = createJsonSkimmer({ keep: drawing === 'drawn', skim: validation === 'fast' })
  for await (const chunk of request) {
    entry.requestBytes += chunk.length
    if (entry.requestBytes <= requestBytesMax) skimmer.write(chunk)
  }
  if (entry.requestBytes > requestBytesMax) throw payloadTooLarge(requestBytesMax)
  const { text, values } = skimmer.end()
  return { json: parseJson(text), values }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidArgument('Invalid JSON payload received. Unexpected token.\n')
  }
}
