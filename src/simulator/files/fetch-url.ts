import { Buffer } from 'node:buffer'
import { type BinaryValue, createByteSink } from '../wire/byte-sink.ts'
import { catalogueError } from '../wire/error-catalogue.ts'

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * What an external (signed) URL holds (wire-facts §3.4). The simulator goes nowhere but to this machine.
 * @throws ApiError 400 `Cannot fetch content from the provided URL.`
 */
export async function fetchUrl(uri: string): Promise<BinaryValue> {
  if (!URL.canParse(uri) || !LOOPBACK_HOSTS.has(new URL(uri).hostname)) throw catalogueError('unfetchable_url')
  const response = await fetch(uri).catch(() => undefined)
  if (!response?.ok || !response.body) throw catalogueError('unfetchable_url')
  const sink = createByteSink({ keep: true })
  for await (const piece of response.body) sink.write(Buffer.from(piece))
  return sink.end()
}
