/** The whole service on a real port: its own database, the simulator behind it, and a client that speaks plain HTTP. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import { type Config, type Environment, parseConfig } from '../../src/config.ts'
import { type Service, startService } from '../../src/node/start-service.ts'
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.ts'
import { freshDatabase } from '../support/database.ts'
import { type LoggedEvent, recordingLogger } from '../support/recording-logger.ts'

/** Waits of a few milliseconds, so that a test of backoff takes as long as it has to. */
const QUICK_POLICY = { interactive: { backoffBaseMs: 20, backoffCapMs: 40 } }

export interface Setting {
  simulator: Simulator
  env: Environment
  logged: LoggedEvent[]
  /** Starts one more process' worth of service over the same database and media; closed when the test ends. */
  start(env?: Environment): Promise<Service>
}

/** A database, a folder and a simulator. Small signatures and no latency, unless `simulator` says otherwise. */
export async function prepare(options: Parameters<typeof startSimulator>[0] = {}): Promise<Setting> {
  const database = await freshDatabase({ max: 2 })
  const dataDir = await mkdtemp(join(tmpdir(), 'pentimento-e2e-'))
  const simulator = await startSimulator({ latency: { '*': { minMs: 0, maxMs: 0 } }, signatureBytes: { min: 600, max: 900 }, ...options })
  const logger = recordingLogger()
  const env: Environment = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PORT: '0',
    GEMINI_API_KEY: 'simulated',
    GEMINI_BASE_URL: simulator.url,
    ENGINE_POLICY: JSON.stringify(QUICK_POLICY),
    LEASE_MS: '2000',
    DRAIN_MS: '2000',
  }
  const services: Service[] = []
  onTestFinished(async () => {
    for (const service of services) await service.close()
    await simulator.close()
    await database.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return {
    simulator,
    env,
    logged: logger.events,
    start: async (more = {}) => {
      const service = await startService(read({ ...env, ...more }), { logger })
      const once: Service = { ...service, close: closeOnce(service) }
      services.push(once)
      return once
    },
  }
}

function read(env: Environment): Config {
  const parsed = parseConfig(env)
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  return parsed.ok
}

function closeOnce(service: Service): () => Promise<void> {
  let closing: Promise<void> | null = null
  return () => {
    closing ??= service.close()
    return closing
  }
}

export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

/** JSON in, JSON out. */
export async function call<Body = Json>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}

/** What a test reads of an answer; it asserts what it uses. */
export interface Json {
  id: string
  [field: string]: unknown
}

export interface TurnJson extends Json {
  status: string
  parentId: string | null
  siblingIds: string[]
  index: number
  model: string | null
  fallback: boolean
  historyFidelity: string | null
  output: { parts: Json[]; image: (Json & { mediaId: string; url: string; mimeType: string; width: number; height: number }) | null } | null
  attempts: {
    n: number
    model: string
    outcome: string | null
    httpStatus: number | null
    next: string
    waitMs: number
    billed: string
    late: boolean
  }[]
  error: { code: string; detail: string; reason?: string } | null
  billed: string
  costUsd: number
}

/** A photo somebody might upload: a JPEG with EXIF. */
export function photo(width = 320, height = 240): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#6a9fd4' } })
    .jpeg()
    .withExif({ IFD0: { Make: 'TestCam' } })
    .toBuffer()
}

export async function upload(url: string, bytes: Buffer, type = 'image/jpeg'): Promise<Answer<Json>> {
  const response = await fetch(`${url}/v1/media`, { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(bytes) })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
}

export async function edit(
  url: string,
  sessionId: string,
  parts: unknown[],
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Answer<TurnJson>> {
  return call<TurnJson>(url, 'POST', `/v1/sessions/${sessionId}/turns`, { parts, ...more }, { prefer: 'wait=20', ...headers })
}

export const say = (text: string) => ({ type: 'text', text })
export const show = (mediaId: string) => ({ type: 'image', mediaId })
