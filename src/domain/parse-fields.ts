/** Data from outside, read by a schema: as it says, or every field at fault, in words. */
import type { z } from 'zod'
import { issueWords } from './issue-words.ts'
import type { FieldError } from './problem.ts'

export type Parsed<Data> = { ok: true; data: Data } | { ok: false; errors: FieldError[] }

/**
 * Paths have dots, and `under` before them; the path of the whole is empty. A key nobody knows is named as a path itself. One error
 * a path, the first: what follows from a wrong kind is no news.
 */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  under: readonly PropertyKey[] = [],
): Parsed<z.output<Schema>> {
  const parsed = schema.safeParse(input, { error: issueWords })
  if (parsed.success) return { ok: true, data: parsed.data }
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, under))
  return { ok: false, errors: errors.filter(({ path }, index) => errors.findIndex((one) => one.path === path) === index) }
}

function fieldErrors(issue: z.core.$ZodIssue, under: readonly PropertyKey[]): FieldError[] {
  const place = [...under, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: dotted([...place, key]), message: issue.message }))
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: dotted(place), message: `the name: ${message}` }))
  return [{ path: dotted(place), message: issue.message }]
}

function dotted(place: readonly PropertyKey[]): string {
  return place.map(String).join('.')
}
