/** True answers of the Gemini API, recorded by other projects; they lie beside the project and are never part of it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { parse } from 'yaml'

export interface RecordedMessage {
  /** Names in lower case, the first value of each. */
  headers: Readonly<Record<string, string>>
  /** As received, unless the cassette holds parsed JSON: then that, written again without white space. */
  body: Buffer
}

export interface Interaction {
  request: RecordedMessage & { method: string; url: string }
  response: RecordedMessage & { status: number }
}

const recordingsDir = join(import.meta.dirname, '../../../shared/recordings')
/** Ruby writes `!binary`, YAML's own tag is `!!binary`. */
const rubyBinary = { tag: '!binary', resolve: (base64: string) => Buffer.from(base64, 'base64') }
const present = existsSync(recordingsDir)

/** `describe` for tests that read recordings: where there are none they are skipped, and the run says so. */
export function describeWithRecordings(name: string, tests: () => void): void {
  if (!present) process.stdout.write(`skipped, for want of ../shared/recordings: ${name}\n`)
  describe.skipIf(!present)(name, tests)
}

/** A recording's bytes. @param path such as `vercel-ai/google-429-retry-info.json` */
export function readRecording(path: string): Buffer {
  return readFileSync(join(recordingsDir, path))
}

/** The exchanges of a YAML cassette in any of the three forms there are: VCR (ruby and python) and httpmock (rust). */
export function readCassette(path: string): Interaction[] {
  const cassette = parse(readRecording(path).toString('utf8'), { customTags: [rubyBinary] }) as Cassette
  if ('when' in cassette) return [fromHttpmock(cassette)]
  const interactions = 'http_interactions' in cassette ? cassette.http_interactions : cassette.interactions
  return interactions.map(fromVcr)
}

type Text = string | Uint8Array
type VcrMessage = { headers?: Record<string, string[]>; body?: Text | { string: Text } | null; parsed_body?: unknown }
type VcrInteraction = { request: VcrMessage & { method: string; uri: string }; response: VcrMessage & { status: { code: number } } }
type HttpmockMessage = { header: { name: string; value: string }[]; body?: Text }
type HttpmockCassette = { when: HttpmockMessage & { path: string; method: string }; then: HttpmockMessage & { status: number } }
type Cassette = { interactions: VcrInteraction[] } | { http_interactions: VcrInteraction[] } | HttpmockCassette

function fromVcr({ request, response }: VcrInteraction): Interaction {
  return {
    request: { method: request.method.toUpperCase(), url: request.uri, ...vcrMessage(request) },
    response: { status: response.status.code, ...vcrMessage(response) },
  }
}

function vcrMessage({ headers = {}, body, parsed_body: parsed }: VcrMessage): RecordedMessage {
  const pairs = Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values[0] ?? ''])
  const raw = typeof body === 'object' && body !== null && 'string' in body ? body.string : body
  return { headers: Object.fromEntries(pairs), body: toBuffer(raw ?? (parsed === undefined ? '' : JSON.stringify(parsed))) }
}

function fromHttpmock({ when, then }: HttpmockCassette): Interaction {
  return {
    request: { method: when.method, url: when.path, ...httpmockMessage(when) },
    response: { status: then.status, ...httpmockMessage(then) },
  }
}

function httpmockMessage({ header, body = '' }: HttpmockMessage): RecordedMessage {
  return { headers: Object.fromEntries(header.map(({ name, value }) => [name.toLowerCase(), value])), body: toBuffer(body) }
}

const toBuffer = (body: Text) => (typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body))
