/** The application over a database of its own, without an executor: turns stay as they are until a request changes them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { createListeningBell, ringingDispatcher } from '../../src/db/event-bell.ts'
import { createSignatureStore } from '../../src/db/signature-store.ts'
import { BUILT_IN_CATALOGUE } from '../../src/domain/built-in-catalogue.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { createApp } from '../../src/http/create-app.ts'
import type { AppDeps, HttpApp } from '../../src/http/env.ts'
import type { HttpConfig } from '../../src/http/http-config.ts'
import { checksums } from '../../src/media/checksums.ts'
import { createImageInspector } from '../../src/media/inspect-image.ts'
import { createMediaUrls } from '../../src/media/signed-url.ts'
import { createFsBlobStore } from '../../src/node/fs-blob-store.ts'
import { systemRandom } from '../../src/runtime/random.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { freshDatabase } from '../support/database.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { type LoggedEvent, recordingLogger } from '../support/recording-logger.ts'

export const CONFIG: HttpConfig = {
  apiKeys: [],
  adminKey: null,
  signingSecret: 'a secret for tests',
  corsOrigins: [],
  waitMaxMs: 55_000,
  publicUrl: null,
  version: '0.0.0-test',
  draining: () => false,
}

export interface OpenApp {
  app: HttpApp
  clock: ManualClock
  logged: LoggedEvent[]
  db: Database
}

/** An application whose services cannot be reached: for answers that need none. */
export function openClosedApp(config: Partial<HttpConfig> = {}, more: Partial<AppDeps> = {}): HttpApp {
  const clock = createManualClock()
  return createApp({
    servicesFor: () => Promise.reject(new Error('the services were asked')),
    readiness: async () => ({ ready: true, checks: {} }),
    config: { ...CONFIG, ...config },
    mediaUrls: createMediaUrls({ secret: CONFIG.signingSecret, clock, ttlMs: 3_600_000 }),
    tracer: null,
    clock,
    random: systemRandom,
    logger: recordingLogger(),
    ...more,
  })
}

export async function openApp(config: Partial<HttpConfig> = {}): Promise<OpenApp> {
  const database = await freshDatabase({ max: 5 })
  const blobDir = await mkdtemp(join(tmpdir(), 'pentimento-http-'))
  const clock = createManualClock()
  const random = systemRandom
  const logger = recordingLogger()
  const blobs = createFsBlobStore(blobDir, { clock, random, durable: false })
  const bell = await createListeningBell(database.sql, clock, logger)
  const unused = () => Promise.reject(new Error('nothing is executed here'))
  afterAll(async () => {
    await bell.close()
    await database.close()
    await rm(blobDir, { recursive: true })
  })
  const app = openClosedApp(config, {
    clock,
    logger,
    mediaUrls: createMediaUrls({ secret: CONFIG.signingSecret, clock, ttlMs: 3_600_000 }),
    servicesFor: ({ requestId, traceParent }, principal) => ({
      principal,
      requestId,
      traceParent,
      db: database.db,
      clock,
      random,
      logger,
      blobs,
      signatures: createSignatureStore(database.db, clock),
      inspector: createImageInspector(blobs),
      checksums,
      pictures: { thumbnail: async () => new TextEncoder().encode('a small picture'), toDisplayJpeg: unused },
      model: { attempt: unused },
      files: { upload: unused, get: unused, remove: unused },
      models: createModelStates(database.db, clock),
      catalogue: BUILT_IN_CATALOGUE,
      policies: loadPolicy(null),
      endpoints: [],
      bell,
      dispatcher: ringingDispatcher,
      webhooks: null,
      tracer: null,
    }),
  })
  return { app, clock, logged: logger.events, db: database.db }
}

/** Sends JSON, and reads JSON if that is what comes. */
export async function call(app: HttpApp, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await app.request(path, {
    method,
    headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('Content-Type')?.includes('json') ?? false
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text }
}
