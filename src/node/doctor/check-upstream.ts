/** Whether each upstream takes its key: asked for its list of models, which costs nothing. Only where the operator wants it. */
import type { Config } from '../../config.ts'
import type { Endpoint } from '../../domain/endpoint.ts'
import type { Transport } from '../../gemini/transport.ts'
import { createUndiciTransport } from '../undici-transport.ts'
import { explain } from './explain.ts'
import { broken, doubtful, type Finding, fine } from './finding.ts'

const PATIENCE_MS = 10_000

/** What statuses mean (wire-facts §4). Others are the upstream's own trouble. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'the key is not valid, or this region is not served: make a new key, or go by way of another region',
  401: 'the key is not valid: make a new one',
  403: 'the key may not use this API: see to its restrictions, and to billing of its project',
  404: 'there is no Gemini API at this address: mend GEMINI_BASE_URL or baseUrl',
}

export async function checkUpstream(config: Config): Promise<Finding[]> {
  const transport = createUndiciTransport(config)
  try {
    return await Promise.all(config.endpoints.map((endpoint) => ask(endpoint, transport)))
  } finally {
    await transport.close()
  }
}

async function ask({ id, baseUrl, key }: Endpoint, transport: Transport): Promise<Finding> {
  const name = `The upstream ${id} (${new URL(baseUrl).host})`
  try {
    const { status, body } = await transport.request({
      ...{ endpointId: id, method: 'GET', url: `${baseUrl}/v1beta/models?pageSize=1`, headers: { 'x-goog-api-key': key } },
      ...{ body: null, contentLength: 0, timeouts: { headersMs: PATIENCE_MS, bodyMs: PATIENCE_MS }, signal: new AbortController().signal },
    })
    for await (const _ of body);
    const refusal = REFUSALS[status]
    if (refusal !== undefined) return broken(`${name} refuses: ${status}`, refusal)
    return status === 200 ? fine(`${name} takes the key`) : doubtful(`${name} answers ${status}`, 'try again later')
  } catch (error) {
    return broken(`${name} cannot be reached: ${explain(error)}`, 'is there a network, or a proxy to name in HTTPS_PROXY?')
  }
}
