/** The small schemas every resource is made of. */
import { z } from '@hono/zod-openapi'
import { type IdPrefix, isId } from '../../domain/ids.ts'
import { parseInstant } from '../../runtime/instant.ts'

/** UTF-8 never needs more bytes for a UTF-16 unit. */
const UTF8_BYTES_PER_UNIT = 3

/** Text that PostgreSQL can hold and JSON can carry. Lengths in UTF-16 units. */
export function text(lengthMax: number, lengthMin = 0) {
  return z.string().min(lengthMin).max(lengthMax).refine(isStorable, 'must hold neither NUL nor half a surrogate pair')
}

/** Like `text`, with a limit in bytes of UTF-8. */
export function textOfBytes(bytesMax: number, lengthMin = 0) {
  const fits = (value: string) => value.length * UTF8_BYTES_PER_UNIT <= bytesMax || new TextEncoder().encode(value).length <= bytesMax
  return text(bytesMax, lengthMin).refine(fits, `may have at most ${bytesMax} bytes`)
}

/** What an id of this kind looks like. */
export function idExample(prefix: IdPrefix): string {
  return `${prefix}_01kas3nn1gf8st3gq9z4k7m2xw`
}

/** An id inside a body or a query. */
export function idOf(prefix: IdPrefix) {
  return z
    .string()
    .refine((value) => isId(prefix, value), `must be an id that starts with ${prefix}_`)
    .openapi({ pattern: `^${prefix}_[0-9a-z]{26}$`, example: idExample(prefix) })
}

/** RFC 3339 with an offset, read as Unix ms. */
export const Instant = z
  .string()
  .max(40)
  .transform((value, context) => {
    const atMs = parseInstant(value)
    if (atMs !== null) return atMs
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 date-time with an offset' })
    return z.NEVER
  })
  .openapi({ type: 'string', format: 'date-time' })

/** RFC 3339 in UTC, as answered. */
export const Timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-20T11:46:03.120Z' })

export const CostUsd = z.number().min(0).openapi({ description: 'US dollars', example: 0.134 })

const METADATA_KEYS_MAX = 16

export const Metadata = z
  .record(text(64, 1), text(512))
  .refine((map) => Object.keys(map).length <= METADATA_KEYS_MAX, `may have at most ${METADATA_KEYS_MAX} keys`)
  .openapi({
    description: `Your own labels: at most ${METADATA_KEYS_MAX}, names of 64 and values of 512 characters`,
    example: { project: 'spring' },
  })

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}
