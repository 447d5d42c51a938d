/** From JSON to a bundle that can be trusted to be one. */
import type { z } from 'zod'
import { BUNDLE_FORMAT, BUNDLE_VERSION, Bundle } from '../../domain/bundle/bundle.ts'
import { checkBundle } from '../../domain/bundle/check-bundle.ts'
import { parseFields } from '../../domain/parse-fields.ts'
import { refuse, refuseAll } from './refuse-bundle.ts'

/** Throws `invalid_request` with every place that is wrong. */
export function parseBundle(json: unknown): Bundle {
  const { format, version } = typeof json === 'object' && json !== null ? (json as { format?: unknown; version?: unknown }) : {}
  if (format !== BUNDLE_FORMAT) throw refuse('format', `must be ${BUNDLE_FORMAT}; this is no export of a session`)
  if (version !== BUNDLE_VERSION) throw refuse('version', `must be ${BUNDLE_VERSION}, the only one that is read here`)
  const bundle = parseStrictly(Bundle, json, '')
  const errors = checkBundle(bundle)
  if (errors.length > 0) throw refuseAll(errors)
  return bundle
}

/** `json`, now known to be what the schema says, and itself: a parser's copy would have its keys in another order. */
export function parseStrictly<Schema extends z.ZodType>(schema: Schema, json: unknown, file: string): z.infer<Schema> {
  const parsed = parseFields(schema, json, file === '' ? [] : [file])
  if (parsed.ok) return json as z.infer<Schema>
  throw refuseAll(parsed.errors)
}
