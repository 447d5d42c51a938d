/** The environment, read once and turned into data. No other module looks at it. */
import { isLoopback, type StaticKey } from './config/access.ts'
import type { S3Place } from './config/blob-store.ts'
import { geminiEndpoint } from './config/endpoints.ts'
import type { ReadFile } from './config/read-values.ts'
import { type Tracing, tracingOf } from './config/tracing.ts'
import { type Variables, variablesSchema } from './config/variables.ts'
import type { Catalogue } from './domain/catalogue.ts'
import type { Endpoint } from './domain/endpoint.ts'
import { parseFields } from './domain/parse-fields.ts'
import type { Policies } from './engine/policy.ts'

/** Of a Worker's environment only the texts are read: bindings are not configuration. */
export type Environment = Readonly<Record<string, unknown>>

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string | null
}

/** Holds secrets: never logged as a whole. */
export interface Config {
  host: string
  /** 0: any that is free. */
  port: number
  /** Null: a PostgreSQL of our own under `dataDir`. */
  databaseUrl: string | null
  dataDir: string
  /** In order of preference. Empty: no upstream is configured, which is for `main` to say. */
  endpoints: readonly Endpoint[]
  httpsProxy: string | null
  noProxy: string | null
  apiKeys: readonly StaticKey[]
  adminKey: string | null
  /** Origin the outside reaches this service by. */
  publicUrl: string | null
  /** Null: one is generated once and kept in the database. */
  signingSecret: string | null
  /** Origins, or `*`. */
  corsOrigins: readonly string[]
  blobStore: { kind: 'fs'; path: string } | (S3Place & { credentials: S3Credentials })
  policies: Policies
  catalogue: Catalogue
  /** Whether this process also executes turns. */
  executor: boolean
  leaseMs: number
  drainMs: number
  /** Longest `Prefer: wait`. */
  waitMaxMs: number
  /** Webhooks may go to plain HTTP and to addresses inside: for tests and closed networks. */
  webhookAllowPrivate: boolean
  /** Null: nothing is traced. */
  tracing: Tracing | null
  /** Where alerts are told of; signed where there is a secret. */
  alertWebhook: { url: string; secret: string | null } | null
}

/**
 * Reads the environment. `problems` has one line for each bad value, which it names and never repeats. `readFile` serves
 * the `@file.json` form; without it that form is a problem. Empty variables count as absent.
 */
export function parseConfig(env: Environment, readFile: ReadFile | null = null): { ok: Config } | { problems: string[] } {
  const schema = variablesSchema(readFile)
  const parsed = parseFields(schema, present(Object.keys(schema.shape), env))
  if (!parsed.ok) return { problems: parsed.errors.map(({ path, message }) => `${path}: ${message}`) }
  const variables = parsed.data
  const problems = COMBINATIONS.flatMap((check) => check(variables))
  return problems.length > 0 ? { problems } : { ok: toConfig(variables) }
}

/** Names that are also in use; the first counts. */
const OTHER_NAMES: Readonly<Record<string, string>> = { HTTPS_PROXY: 'https_proxy', NO_PROXY: 'no_proxy', AWS_REGION: 'AWS_DEFAULT_REGION' }

function present(names: readonly string[], env: Environment): Record<string, string> {
  const textOf = (name: string | undefined) => {
    const value = name === undefined ? undefined : env[name]
    return typeof value === 'string' ? value.trim() : ''
  }
  const values = names.map((name) => [name, textOf(name) || textOf(OTHER_NAMES[name])] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== ''))
}

/** What is wrong with values that are right by themselves. */
const COMBINATIONS: readonly ((variables: Variables) => string[])[] = [
  ({ API_KEYS, ADMIN_API_KEY, HOST }) =>
    API_KEYS.length > 0 || ADMIN_API_KEY !== undefined || isLoopback(HOST)
      ? []
      : ['HOST: without API_KEYS or ADMIN_API_KEY everyone is let in, so it must be 127.0.0.1, ::1 or localhost; or set a key'],
  ({ API_KEYS, ADMIN_API_KEY }) =>
    API_KEYS.some(({ key }) => key === ADMIN_API_KEY) ? ['ADMIN_API_KEY: is the key of a tenant in API_KEYS too'] : [],
  ({ ENDPOINTS, GEMINI_API_KEY }) =>
    GEMINI_API_KEY !== undefined && ENDPOINTS.some(({ id }) => id === 'gemini')
      ? ['GEMINI_API_KEY: stands for the endpoint gemini, which ENDPOINTS has too: leave one of them out']
      : [],
  ({ BLOB_STORE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) =>
    BLOB_STORE?.kind !== 's3' || (AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined)
      ? []
      : ['BLOB_STORE: an s3:// store needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
]

function toConfig(variables: Variables): Config {
  const { GEMINI_API_KEY, GEMINI_BASE_URL, ENDPOINTS } = variables
  const gemini = GEMINI_API_KEY === undefined ? [] : [geminiEndpoint(GEMINI_API_KEY, GEMINI_BASE_URL)]
  return {
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: variables.DATABASE_URL ?? null,
    dataDir: variables.DATA_DIR,
    endpoints: [...ENDPOINTS, ...gemini],
    httpsProxy: variables.HTTPS_PROXY ?? null,
    noProxy: variables.NO_PROXY ?? null,
    apiKeys: variables.API_KEYS,
    adminKey: variables.ADMIN_API_KEY ?? null,
    publicUrl: variables.PUBLIC_URL ?? null,
    signingSecret: variables.SIGNING_SECRET ?? null,
    corsOrigins: variables.CORS_ORIGINS,
    blobStore: toBlobStore(variables),
    policies: variables.ENGINE_POLICY,
    catalogue: variables.MODEL_CATALOG,
    executor: variables.EXECUTOR === 'on',
    leaseMs: variables.LEASE_MS,
    drainMs: variables.DRAIN_MS,
    waitMaxMs: variables.WAIT_MAX_MS,
    webhookAllowPrivate: variables.WEBHOOK_ALLOW_PRIVATE === 'on',
    tracing: tracingOf(variables),
    alertWebhook:
      variables.ALERT_WEBHOOK_URL === undefined
        ? null
        : { url: variables.ALERT_WEBHOOK_URL, secret: variables.ALERT_WEBHOOK_SECRET ?? null },
  }
}

function toBlobStore(variables: Variables): Config['blobStore'] {
  const place = variables.BLOB_STORE
  if (place === undefined) return { kind: 'fs', path: `${variables.DATA_DIR.replace(/\/+$/, '')}/media` }
  if (place.kind === 'fs') return place
  const region = place.region || variables.AWS_REGION || 'us-east-1'
  const credentials = {
    accessKeyId: variables.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: variables.AWS_SESSION_TOKEN ?? null,
  }
  return { ...place, region, endpoint: place.endpoint || `https://s3.${region}.amazonaws.com`, credentials }
}
