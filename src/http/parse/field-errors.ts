/** From zod's issues to `errors: [{path, message}]`, one entry for each field that is wrong. */
import type { z } from '@hono/zod-openapi'
import { type FieldError, RequestError } from '../../domain/problem.ts'

const ERRORS_MAX = 50

/** `input` as the schema reads it. Throws `invalid_request` that names every wrong field, with `where` in front of its path. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, input: unknown, where = ''): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw invalidRequest(result.error.issues.flatMap((issue) => fieldErrors(issue, where)))
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

function fieldErrors(issue: z.core.$ZodIssue, where: string): FieldError[] {
  const path = [where, ...issue.path.map(String)].filter((step) => step !== '').join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: path === '' ? key : `${path}.${key}`, message: 'there is no such field' }))
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message: `the name: ${message}` }))
  return [{ path, message: issue.message }]
}
