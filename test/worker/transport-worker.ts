/** A Worker that does nothing but pass a made-up body to where it is told, by the transport of Workers. */
import { TransportError } from '../../src/gemini/transport.ts'
import { createFetchTransport } from '../../src/worker/fetch-transport.ts'

declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const [to, pieces, pieceBytes] = [searchParams.get('to') ?? '', Number(searchParams.get('pieces')), 64 * 1024]
    async function* body() {
      for (let count = 0; count < pieces; count += 1) yield new Uint8Array(pieceBytes).fill(count % 256)
    }
    const transport = createFetchTransport({ fetch: (...call) => fetch(...call), FixedLengthStream })
    try {
      const response = await transport.request({
        endpointId: 'here',
        method: 'POST',
        url: to,
        headers: { 'x-from': 'worker' },
        body: body(),
        contentLength: pieces * pieceBytes,
        timeouts: { headersMs: 1000, bodyMs: 1000 },
        signal: request.signal,
      })
      let bytes = 0
      for await (const piece of response.body) bytes += piece.length
      return Response.json({ status: response.status, headers: response.headers, bytes })
    } catch (error) {
      return Response.json({ failed: error instanceof TransportError ? error.sent : String(error) })
    }
  },
}
