/** Asks the upstream one cheap question first, so that a missing network or a wrong key is told in a second and not after many attempts. */
import { text } from 'node:stream/consumers'
import type { Config } from '../../config.ts'
import { TransportError } from '../../gemini/transport.ts'
import { createUndiciTransport } from '../undici-transport.ts'
import { DemoFailure } from './conversation.ts'

const TIMEOUT_MS = 10_000

/** Statuses with which a key is refused (wire-facts §4). Anything else is left for the engine to judge. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403])

/** @throws DemoFailure when the first endpoint cannot be reached, or refuses its key */
export async function checkUpstream({ endpoints, httpsProxy, noProxy }: Config, signal: AbortSignal): Promise<void> {
  const [endpoint] = endpoints
  if (!endpoint) throw new DemoFailure('no endpoint is configured')
  const transport = createUndiciTransport({ httpsProxy, noProxy })
  try {
    const { status, body } = await transport.request({
      endpointId: endpoint.id,
      method: 'GET',
      url: `${endpoint.baseUrl}/v1beta/models?pageSize=1`,
      headers: { 'x-goog-api-key': endpoint.key },
      body: null,
      contentLength: 0,
      timeouts: { headersMs: TIMEOUT_MS, bodyMs: TIMEOUT_MS },
      signal,
    })
    const said = await text(body)
    if (REFUSALS.has(status)) throw new DemoFailure(`${endpoint.baseUrl} refused the key (${status}): ${messageOf(said)}`)
  } catch (cause) {
    signal.throwIfAborted()
    if (!(cause instanceof TransportError)) throw cause
    const advice = 'is there a network, or a proxy to name in HTTPS_PROXY?'
    throw new DemoFailure(`the upstream ${endpoint.baseUrl} cannot be reached (${advice})`, { cause })
  } finally {
    await transport.close()
  }
}

function messageOf(body: string): string {
  return /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? 'no reason was given'
}
