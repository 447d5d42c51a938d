/** The composition root: the only module that knows every adapter. Node and Workers differ in the platform they pass in. */
import type { Config } from './config.ts'
import type { Connection, Database } from './db/connect.ts'
import { settleSetting } from './db/settings.ts'
import { createSignatureStore } from './db/signature-store.ts'
import type { EventBell } from './domain/event.ts'
import type { BlobStore, Clock, Dispatcher, Logger, Pictures, Random, Tracer, WebhookOutlet } from './domain/ports.ts'
import { createGeminiFiles } from './gemini/gemini-files.ts'
import { createGeminiModel } from './gemini/gemini-model.ts'
import type { Transport } from './gemini/transport.ts'
import { createApp } from './http/create-app.ts'
import type { HttpApp, Readiness } from './http/env.ts'
import { createWebhookPresenter, type PresentWebhook } from './http/present/present-webhook.ts'
import { checksums } from './media/checksums.ts'
import { createImageInspector } from './media/inspect-image.ts'
import { createMediaUrls } from './media/signed-url.ts'
import type { Installation } from './services/context.ts'
import { createDoorkeeper, type Doorkeeper } from './services/doorkeeper.ts'
import { createModelStates } from './services/model-states.ts'

/** What only the platform can give. */
export interface Platform {
  connection: Connection
  clock: Clock
  random: Random
  logger: Logger
  blobs: BlobStore
  pictures: Pictures
  transport: Transport
  bell: EventBell
  dispatcher: Dispatcher<Database>
  webhooks: WebhookOutlet<Database> | null
  /** Null where nobody traces. */
  tracer: Tracer | null
  version: string
  /** Sees to it that work goes on which no answer waits for. It never rejects. */
  background(work: Promise<void>): void
  /** True from the moment the process was asked to stop. */
  draining(): boolean
  readiness(): Promise<Readiness>
}

export interface Composed {
  installation: Installation
  app: HttpApp
  /** To be told of changes that other nodes make. */
  doorkeeper: Doorkeeper
  /** Null without PUBLIC_URL. */
  presentWebhook: PresentWebhook | null
}

/** Signed media URLs are good for this long at least, so that a page left open over lunch still shows its pictures. */
const MEDIA_URL_MS = 6 * 3_600_000

export async function compose(config: Config, platform: Platform): Promise<Composed> {
  const { connection, clock, random, logger, blobs, pictures, transport, bell, dispatcher, webhooks, tracer } = platform
  const { endpoints, catalogue, policies } = config
  const signatures = createSignatureStore(connection, { clock, random })
  const signingSecret = config.signingSecret ?? (await settleSetting(connection.db, 'signing_secret', hex(random.bytes(32))))
  const installation: Installation = {
    db: connection.db,
    clock,
    random,
    logger,
    blobs,
    signatures,
    inspector: createImageInspector(blobs),
    checksums,
    pictures,
    model: createGeminiModel({ endpoints, transport, blobs, signatures, clock }),
    files: createGeminiFiles({ endpoints, transport, blobs, clock }),
    models: createModelStates(connection.db, clock),
    catalogue,
    policies,
    endpoints,
    bell,
    dispatcher,
    webhooks,
    tracer,
  }
  const mediaUrls = createMediaUrls({ secret: signingSecret, clock, ttlMs: MEDIA_URL_MS })
  const doorkeeper = createDoorkeeper({ db: connection.db, clock, logger, background: platform.background })
  const app = createApp({
    doorkeeper,
    servicesFor: ({ requestId, traceParent }, principal) => ({ ...installation, principal, requestId, traceParent }),
    readiness: platform.readiness,
    config: {
      apiKeys: config.apiKeys,
      adminKey: config.adminKey,
      signingSecret,
      corsOrigins: config.corsOrigins,
      waitMaxMs: config.waitMaxMs,
      publicUrl: config.publicUrl,
      version: platform.version,
      draining: platform.draining,
    },
    mediaUrls,
    tracer,
    clock,
    random,
    logger,
  })
  const presentWebhook = config.publicUrl === null ? null : createWebhookPresenter(config.publicUrl, mediaUrls)
  return { installation, app, doorkeeper, presentWebhook }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
