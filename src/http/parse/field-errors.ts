/** `errors: [{path, message}]` of a refused request, one entry for each field that is wrong. */
import type { z } from '@hono/zod-openapi'
import { parseFields } from '../../domain/parse-fields.ts'
import { type FieldError, RequestError } from '../../domain/problem.ts'

const ERRORS_MAX = 50

/** `input` as the schema reads it. Throws `invalid_request` that names every wrong field, with `where` in front of its path. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, input: unknown, where = ''): z.output<Schema> {
  const parsed = parseFields(schema, input, where === '' ? [] : [where])
  if (parsed.ok) return parsed.data
  throw invalidRequest(parsed.errors.map((error) => (error.path === '' ? { path: '', message: `the body ${error.message}` } : error)))
}

/** `invalid_request` about these fields. */
export function invalidRequest(errors: readonly FieldError[]): RequestError {
  const [first] = errors
  const rest = errors.length > 1 ? `; and ${errors.length - 1} more` : ''
  const detail = first ? `${first.path === '' ? '' : `${first.path}: `}${first.message}${rest}` : 'The request is not valid'
  return new RequestError('invalid_request', detail, { errors: errors.slice(0, ERRORS_MAX) })
}

/** Does `work`, and names the field it was about when it refuses what the field holds. */
export async function namingField<Done>(path: string, work: () => Promise<Done>): Promise<Done> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidRequest([{ path, message: error.message }])
    if (!(error instanceof RequestError) || error.problem.errors !== undefined) throw error
    throw new RequestError(error.code, error.problem.detail, { errors: [{ path, message: error.problem.detail }] })
  }
}
