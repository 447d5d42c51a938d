/** A real HTTP server on loopback that behaves as a test tells it, and the adapter's ways to reach it. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Endpoint } from '../../src/domain/endpoint.ts'

export interface LocalUpstream {
  server: Server
  baseUrl: string
  endpoint: Endpoint
  stop(): Promise<void>
}

export async function startUpstream(listener: RequestListener): Promise<LocalUpstream> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    server,
    baseUrl,
    endpoint: localEndpoint(baseUrl),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export function localEndpoint(baseUrl: string): Endpoint {
  return { id: 'here', api: 'gemini', baseUrl, key: 'AIza-secret', project: 'here', files: true, inlineBytesMax: 1e8, limits: {} }
}

/** Reads the request, then answers. */
export function answering(status: number, body: string | Buffer, headers: Record<string, string> = {}): RequestListener {
  return async (request: IncomingMessage, response: ServerResponse) => {
    await buffer(request)
    response.writeHead(status, headers).end(body)
  }
}
