/** Reads error bodies in all the forms in which they come (wire-facts §4, §7). */
import { z } from 'zod'
import { storableWords } from './safe-message.ts'

const violation = z.object({
  quotaId: storableWords.optional().catch(undefined),
  quotaMetric: storableWords.optional().catch(undefined),
  quotaValue: z.union([z.string(), z.number()]).optional().catch(undefined),
})

/** The fields we read of any `google.rpc` detail; each kind has some of them. */
const detail = z.object({
  reason: z.string().optional().catch(undefined),
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  violations: z.array(violation.catch({})).optional().catch(undefined),
  fieldViolations: z
    .array(z.object({ field: storableWords.catch('') }))
    .optional()
    .catch(undefined),
  retryDelay: z.string().optional().catch(undefined),
  detail: storableWords.optional().catch(undefined),
})
export type ErrorDetail = z.infer<typeof detail>

const wireError = z.object({
  code: z.number().nullable().catch(null),
  status: z.string().nullable().catch(null),
  message: storableWords.catch(''),
  details: z.array(detail.catch({})).catch([]),
})
export type WireError = z.infer<typeof wireError>

/** Wrappings seen: a list around the object, and the object as a string inside the message of another. */
const WRAPPINGS_MAX = 4

/** The error in a body, or null where there is none to be read: HTML of a gateway, an empty body, cut JSON. */
export function readWireError(body: string): WireError | null {
  return unwrap(parse(body), WRAPPINGS_MAX)
}

/** The same for an `error` object met in the middle of a stream. */
export function readErrorObject(error: unknown): WireError | null {
  return unwrap({ error }, WRAPPINGS_MAX)
}

function unwrap(body: unknown, wrappings: number): WireError | null {
  if (wrappings === 0) return null
  if (Array.isArray(body)) return unwrap(body[0], wrappings - 1)
  if (typeof body !== 'object' || body === null || !('error' in body)) return null
  const parsed = wireError.safeParse(body.error)
  if (!parsed.success)
    return typeof body.error === 'string' ? { code: null, status: null, message: storableWords.parse(body.error), details: [] } : null
  return unwrap(parse(parsed.data.message), wrappings - 1) ?? parsed.data
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
