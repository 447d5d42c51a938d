/** How a bundle is refused: whole, with the place of what is wrong. */
import { type FieldError, RequestError } from '../../domain/problem.ts'

const ERRORS_MAX = 50
const PATH_MAX = 200

/** `path` is a file of the zip (`media/….png`), a place in `bundle.json` (`turns.3.parent`), or empty for the whole. */
export function refuse(path: string, message: string): RequestError {
  return refuseAll([{ path, message }])
}

export function refuseAll(errors: readonly FieldError[]): RequestError {
  const shown = errors.slice(0, ERRORS_MAX).map(({ path, message }) => ({ path: path.slice(0, PATH_MAX), message }))
  const [first] = shown
  const where = first === undefined || first.path === '' ? 'the bundle' : first.path
  const rest = errors.length > 1 ? `; and ${errors.length - 1} more` : ''
  return new RequestError('invalid_request', `Nothing was imported. ${where}: ${first?.message ?? 'is not valid'}${rest}.`, {
    errors: shown,
  })
}

/** Does `work`; what it throws as a RangeError is said to be wrong with `path`. */
export async function refusingRange<Done>(path: string, work: () => Promise<Done>): Promise<Done> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof RangeError ? refuse(path, error.message) : error
  }
}
