/** Raised at start for data an operator laid over ours (`ENGINE_POLICY`, `MODEL_CATALOG`) that cannot be used. */
import type { FieldError } from './problem.ts'

/** One line per problem, each with the path of the bad field; the values themselves are not repeated. */
export class InvalidOverlay extends Error {
  override name = 'InvalidOverlay'
  readonly errors: readonly FieldError[]
  constructor(what: string, errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${what}: ${path === '' ? message : `${path}: ${message}`}`).join('\n'))
    this.errors = errors
  }
}
