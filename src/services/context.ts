/** What a verb is given: who asks, and every adapter it may need. Composed per process on Node, per request on a Worker. */
import type { Database } from '../db/connect.ts'
import type { Checksums } from '../domain/bundle/checksums.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { Endpoint } from '../domain/endpoint.ts'
import type { EventBell } from '../domain/event.ts'
import type { Scope } from '../domain/key.ts'
import type {
  BlobStore,
  Clock,
  Dispatcher,
  ImageInspector,
  ImageModel,
  Logger,
  ModelFiles,
  Pictures,
  Random,
  SignatureStore,
  Tracer,
  WebhookOutlet,
} from '../domain/ports.ts'
import type { Policies } from '../engine/policy.ts'
import type { ModelStates } from './model-states.ts'

/** Who asks. A `session` token reaches one session of its tenant and nothing else; `admin` also manages tenants and keys. */
export interface Principal {
  tenantId: string
  kind: 'tenant' | 'session' | 'admin'
  /** The one session a token is good for; null for keys. */
  sessionId: string | null
  /** Of a key kept in the database; absent for all else. */
  keyId?: string
  /** What that key is good for; absent: everything. */
  scopes?: readonly Scope[]
}

/** Everything but the caller: what jobs and executors, who act for nobody in particular, work with. */
export interface Installation {
  /** The database, or the transaction a caller has opened: verbs inherit it. */
  db: Database
  clock: Clock
  random: Random
  logger: Logger
  blobs: BlobStore
  signatures: SignatureStore
  inspector: ImageInspector
  checksums: Checksums
  pictures: Pictures
  model: ImageModel
  files: ModelFiles
  models: ModelStates
  catalogue: Catalogue
  policies: Policies
  /** In order of preference; keys included, so it is never logged. */
  endpoints: readonly Endpoint[]
  bell: EventBell
  dispatcher: Dispatcher<Database>
  /** Null where nobody traces. */
  tracer: Tracer | null
  /** Null where none can be sent. */
  webhooks: WebhookOutlet<Database> | null
}

export interface ServiceContext extends Installation {
  principal: Principal
  requestId: string
  /** `traceparent` for what the request begins; null where it is not traced. */
  traceParent: string | null
}

/** Every verb has this one signature. Throws `RequestError` for what the caller can mend. */
export type Verb<Input, Output> = (call: { ctx: ServiceContext; input: Input }) => Promise<Output>
