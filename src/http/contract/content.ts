/** Bodies, as operations declare them. */
import { z } from '@hono/zod-openapi'
import type { IdPrefix } from '../../domain/ids.ts'
import { idOf } from './scalars.ts'

/** What an id in a path names. */
export const NAMED = { ses: 'session', trn: 'turn', med: 'image', key: 'key' } as const satisfies Partial<Record<IdPrefix, string>>

export type NamedPrefix = keyof typeof NAMED

/** `{id}` in a path. */
export function idParam(prefix: NamedPrefix) {
  return z.object({ id: idOf(prefix).openapi({ description: `The ${NAMED[prefix]}` }) })
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { content: { 'application/json': { schema } } }
}

export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** Of an operation without a body: what a caller thinks to say there must not be passed over. */
export const NoFields = z.strictObject({})

/** Headers of an answer with a secret: no cache between here and its owner may keep it. */
export const UNCACHED = { 'Cache-Control': 'no-store' }

/** What can be wrong with any JSON body. */
export const BODY_ERRORS = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const
