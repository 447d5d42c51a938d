/** Every variable the service reads, each with how it is read and what it is without one (api.md, Running it). */
import { z } from 'zod'
import { loadCatalogue } from '../domain/catalogue-overlay.ts'
import { InvalidOverlay } from '../domain/invalid-overlay.ts'
import { WEBHOOK_SECRET } from '../domain/webhook-secret.ts'
import { loadPolicy } from '../engine/policy.ts'
import { apiKeys, corsOrigins, secret } from './access.ts'
import { blobPlace } from './blob-store.ts'
import { apiRoot, endpointsSchema, GEMINI_BASE_URL } from './endpoints.ts'
import { jsonOrFile, origin, type ReadFile, wholeNumber } from './read-values.ts'
import { TRACING_VARIABLES } from './tracing.ts'

const MINUTE_MS = 60_000

/** Everyone who holds a signed URL can try secrets on it, as fast as they like. */
const SECRET_CHARACTERS_MIN = 8

export function variablesSchema(readFile: ReadFile | null) {
  return z.object({
    PORT: wholeNumber(0, 65_535).default(8787),
    HOST: z.string().default('127.0.0.1'),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
      .optional(),
    DATA_DIR: z.string().default('./data'),
    GEMINI_API_KEY: secret.optional(),
    GEMINI_BASE_URL: apiRoot.default(GEMINI_BASE_URL),
    ENDPOINTS: jsonOrFile(readFile).pipe(endpointsSchema).default([]),
    HTTPS_PROXY: z
      .string()
      .regex(/^https?:\/\/[^/]/, 'must be a URL that begins with http:// or https://')
      .optional(),
    NO_PROXY: z.string().optional(),
    API_KEYS: apiKeys.default([]),
    ADMIN_API_KEY: secret.optional(),
    PUBLIC_URL: origin.optional(),
    SIGNING_SECRET: z.string().min(SECRET_CHARACTERS_MIN, `must have at least ${SECRET_CHARACTERS_MIN} characters`).optional(),
    CORS_ORIGINS: corsOrigins.default([]),
    BLOB_STORE: blobPlace.optional(),
    ENGINE_POLICY: overlay(loadPolicy, readFile),
    MODEL_CATALOG: overlay(loadCatalogue, readFile),
    EXECUTOR: z.enum(['on', 'off'], 'must be on or off').default('on'),
    LEASE_MS: wholeNumber(100, 10 * MINUTE_MS).default(30_000),
    DRAIN_MS: wholeNumber(0, 60 * MINUTE_MS).default(30_000),
    WAIT_MAX_MS: wholeNumber(0, 10 * MINUTE_MS).default(55_000),
    WEBHOOK_ALLOW_PRIVATE: z.enum(['on', 'off'], 'must be on or off').default('off'),
    ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' }).optional(),
    ALERT_WEBHOOK_SECRET: z.string().regex(WEBHOOK_SECRET, 'must be whsec_ and 24 to 64 bytes in base64').optional(),
    ...TRACING_VARIABLES,
    AWS_ACCESS_KEY_ID: secret.optional(),
    AWS_SECRET_ACCESS_KEY: secret.optional(),
    AWS_SESSION_TOKEN: secret.optional(),
    AWS_REGION: z.string().optional(),
  })
}

export type Variables = z.infer<ReturnType<typeof variablesSchema>>

/** Data laid over ours: absent, it is ours alone; bad, every bad field is named. */
function overlay<Loaded>(load: (overlay: unknown) => Loaded, readFile: ReadFile | null) {
  return jsonOrFile(readFile)
    .optional()
    .transform((given, ctx): Loaded => {
      try {
        return load(given)
      } catch (error) {
        if (!(error instanceof InvalidOverlay)) throw error
        for (const { path, message } of error.errors) ctx.addIssue({ code: 'custom', path: path === '' ? [] : [path], message })
        return z.NEVER
      }
    })
}
