/** The application over a database of its own, without an executor: turns stay as they are until a request changes them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Database } from '../../src/db/connect.ts'
import { createListeningBell, type ListeningBell, ringingDispatcher } from '../../src/db/event-bell.ts'
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
import type { Installation } from '../../src/services/context.ts'
import { createDoorkeeper } from '../../src/services/doorkeeper.ts'
import { createModelStates } from '../../src/services/model-states.ts'
import { freshDatabase, type TestDatabase } from '../support/database.ts'
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
  database: TestDatabase
  bell: ListeningBell
  installation: Installation
  /** Names of all blobs there are. */
  blobs(): Promise<string[]>
}

/** An application whose services cannot be reached: for answers that need none. */
export function openClosedApp(config: Partial<HttpConfig> = {}, more: Partial<AppDeps> = {}): HttpApp {
  const clock = createManualClock()
  return createApp({
    servicesFor: () => Promise.reject(new Error('the services were asked')),
    readiness: async () => ({ ready: true, checks: {} }),
    doorkeeper: { keyOf: async () => null, asksForKeys: async () => false, countRequest: async () => null, forget: () => {} },
    config: { ...CONFIG, ...config },
    mediaUrls: createMediaUrls({ secret: CONFIG.signingSecret, clock, ttlMs: 3_600_000 }),
    tracer: null,
    clock,
    random: systemRandom,
    logger: recordingLogger(),
    ...more,
  })
}

/** @param over the database of another one, as if this were its second node; a clock of its own comes with it */
export async function openApp(config: Partial<HttpConfig> = {}, over?: TestDatabase): Promise<OpenApp> {
  const database = over ?? (await freshDatabase({ max: 5 }))
  const blobDir = await mkdtemp(join(tmpdir(), 'pentimento-http-'))
  const clock = createManualClock()
  const random = systemRandom
  const logger = recordingLogger()
  const blobs = createFsBlobStore(blobDir, { clock, random, durable: false })
  const bell = await createListeningBell(database.sql, clock, logger)
  const unused = () => Promise.reject(new Error('nothing is executed here'))
  afterAll(async () => {
    await bell.close()
    if (over === undefined) await database.close()
    await rm(blobDir, { recursive: true })
  })
  const doorkeeper = createDoorkeeper({ db: database.db, clock, logger, background: (work) => void work })
  bell.onAccessChange(doorkeeper.forget)
  const installation: Installation = {
    db: database.db,
    clock,
    random,
    logger,
    blobs,
    signatures: createSignatureStore(database, { clock, random }),
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
  }
  const app = openClosedApp(config, {
    clock,
    logger,
    doorkeeper,
    mediaUrls: createMediaUrls({ secret: CONFIG.signingSecret, clock, ttlMs: 3_600_000 }),
    servicesFor: ({ requestId, traceParent }, principal) => ({ ...installation, principal, requestId, traceParent }),
  })
  const listBlobs = async () => {
    const names: string[] = []
    for await (const { sha256 } of blobs.list()) names.push(sha256)
    return names.sort()
  }
  return { app, clock, logged: logger.events, db: database.db, database, bell, installation, blobs: listBlobs }
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
