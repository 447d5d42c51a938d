/** What a durable turn is compared with: the same request straight to the upstream, its answer read to the end. */
import { Agent, request } from 'undici'

const dispatcher = new Agent({ connections: 64 })

/** Ms until the last byte of the answer. */
export async function directCall(upstreamUrl: string, text: string): Promise<number> {
  const startMs = performance.now()
  const response = await request(`${upstreamUrl}/v1beta/models/gemini-3-pro-image:streamGenerateContent?alt=sse`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] }),
  })
  for await (const _piece of response.body);
  return performance.now() - startMs
}
