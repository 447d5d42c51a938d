import { authenticate } from '../http/authenticate.ts'
import type { ApiExchange } from '../http/exchange.ts'
import { sendJson } from '../http/send.ts'
import { fileResource } from './file-store.ts'

const PAGE_SIZE_DEFAULT = 10
const PAGE_SIZE_MAX = 100

/** `GET /v1beta/files/{id}`. */
export async function getFile(exchange: ApiExchange): Promise<void> {
  const { simulation, params, baseUrl } = exchange
  const file = simulation.files.get(authenticate(exchange), params.id ?? '')
  sendJson(exchange, fileResource(file, { baseUrl, nowMs: simulation.clock.nowMs() }))
}

/** `GET /v1beta/files?pageSize&pageToken`; the token is the place of the next file. */
export async function listFiles(exchange: ApiExchange): Promise<void> {
  const { simulation, url, baseUrl } = exchange
  const files = simulation.files.list(authenticate(exchange))
  const wanted = Number(url.searchParams.get('pageSize') ?? PAGE_SIZE_DEFAULT)
  const start = Number(url.searchParams.get('pageToken') ?? 0)
  const end = start + Math.min(wanted > 0 ? wanted : PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX)
  const page = files.slice(start, end).map((file) => fileResource(file, { baseUrl, nowMs: simulation.clock.nowMs() }))
  sendJson(exchange, { ...(page.length > 0 ? { files: page } : {}), ...(end < files.length ? { nextPageToken: String(end) } : {}) })
}

/** `DELETE /v1beta/files/{id}`. */
export async function deleteFile(exchange: ApiExchange): Promise<void> {
  exchange.simulation.files.remove(authenticate(exchange), exchange.params.id ?? '')
  sendJson(exchange, {})
}
