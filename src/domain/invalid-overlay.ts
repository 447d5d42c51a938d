/** Raised at start for data an operator laid over ours (`ENGINE_POLICY`, `MODEL_CATALOG`) that cannot be used. */
import type { z } from 'zod'
import type { FieldError } from './problem.ts'

/** One line per problem, each with the path of the bad field; the values themselves are not repeated. */
export class InvalidOverlay extends Error {
  override name = 'InvalidOverlay'
  readonly errors: readonly FieldError[]
  constructor(what: string, errors: readonly FieldError[]) {
    super(errors.map((error) => `${what}: ${error.path}: ${error.message}`).join('\n'))
    this.errors = errors
  }
}

/** Zod's issues as paths with dots; a key nobody knows is named as the path itself. `under` is put before each. */
export function fieldErrors(error: z.ZodError, under: readonly PropertyKey[] = []): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = [...under, ...issue.path]
    if (issue.code !== 'unrecognized_keys') return [{ path: dotted(path), message: issue.message }]
    return issue.keys.map((key) => ({ path: dotted([...path, key]), message: 'no such field' }))
  })
}

function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(all of it)' : path.map(String).join('.')
}
