/** `ENDPOINTS`, and `GEMINI_*`, its short form for one. */
import { z } from 'zod'
import type { Endpoint } from '../domain/endpoint.ts'
import { httpRoot } from './read-values.ts'

export const GEMINI_BASE_URL = 'https://generativelanguage.googleapis.com'

/** What may go inline in one request: 100 MB to Google itself, with room for the rest (wire-facts §3.4); 20 MB to relays (engine.md). */
const INLINE_BYTES_MAX = { files: 95_000_000, noFiles: 20_000_000 } as const

const limit = z.number().positive()

/** The adapter adds the version and what follows it. */
export const apiRoot = httpRoot.refine((url) => !/\/v\d\w*$/.test(url), 'must be the root of the API, without its version')

export const endpointsSchema = z
  .array(
    z.strictObject({
      id: z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores'),
      api: z.literal('gemini').default('gemini'),
      baseUrl: apiRoot.default(GEMINI_BASE_URL),
      key: z.string().regex(/^[\x21-\x7e]+$/, 'must be a key without blanks'),
      project: z.string().min(1).optional(),
      files: z.boolean().default(true),
      inlineBytesMax: z.int().min(0).optional(),
      limits: z.strictObject({ rpm: limit, ipm: limit, tpm: limit, rpd: limit }).partial().default({}),
    }),
  )
  .transform((given): Endpoint[] =>
    given.map((endpoint) => ({
      ...endpoint,
      project: endpoint.project ?? endpoint.id,
      inlineBytesMax: endpoint.inlineBytesMax ?? (endpoint.files ? INLINE_BYTES_MAX.files : INLINE_BYTES_MAX.noFiles),
    })),
  )
  .superRefine((endpoints, ctx) => {
    const ids = endpoints.map((endpoint) => endpoint.id)
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) < index) ctx.addIssue({ code: 'custom', path: [index, 'id'], message: 'is the id of another endpoint too' })
    }
  })

/** The one endpoint that `GEMINI_API_KEY` and `GEMINI_BASE_URL` stand for; its id is `gemini`. */
export function geminiEndpoint(key: string, baseUrl: string): Endpoint {
  return {
    id: 'gemini',
    api: 'gemini',
    baseUrl,
    key,
    project: 'gemini',
    files: true,
    inlineBytesMax: INLINE_BYTES_MAX.files,
    limits: {},
  }
}
