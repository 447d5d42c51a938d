/** What the client throws: one class for each code of a problem, and one for a connection that could not be kept. */
import type { Problem, RequestErrorCode, Turn } from './contract.ts'

/** The service refused a request. `code` is stable; `message` is written for people. */
export class PentimentoError<Code extends RequestErrorCode = RequestErrorCode> extends Error {
  override name = 'PentimentoError'
  readonly code: Code
  /** HTTP status of the answer. */
  readonly status: number
  /** The answer in full: `errors` by field, `retryAfterMs`, `turnId`, `missing` where they apply. */
  readonly problem: Problem
  constructor(code: Code, problem: Problem) {
    super(problem.detail)
    this.code = code
    this.status = problem.status
    this.problem = problem
  }
}

export class InvalidRequestError extends PentimentoError<'invalid_request'> {}
export class UnauthorizedError extends PentimentoError<'unauthorized'> {}
export class BudgetExhaustedError extends PentimentoError<'budget_exhausted'> {}
/** The key lacks the scope that this takes. */
export class ForbiddenError extends PentimentoError<'forbidden'> {}
export class NotFoundError extends PentimentoError<'not_found'> {}
export class MethodNotAllowedError extends PentimentoError<'method_not_allowed'> {}
/** Another turn of the session is active: `problem.turnId`. */
export class SessionBusyError extends PentimentoError<'session_busy'> {}
export class StaleParentError extends PentimentoError<'stale_parent'> {}
export class PayloadTooLargeError extends PentimentoError<'payload_too_large'> {}
export class UnsupportedMediaTypeError extends PentimentoError<'unsupported_media_type'> {}
export class RangeNotSatisfiableError extends PentimentoError<'range_not_satisfiable'> {}
export class UnreadableImageError extends PentimentoError<'unreadable_image'> {}
export class IdempotencyMismatchError extends PentimentoError<'idempotency_mismatch'> {}
/** The bundle names media that came without their bytes: `problem.missing`. */
export class MissingMediaError extends PentimentoError<'missing_media'> {}
export class TooManyRequestsError extends PentimentoError<'too_many_requests'> {}
export class InternalError extends PentimentoError<'internal'> {}
export class UnavailableError extends PentimentoError<'unavailable'> {}

type ErrorClass<Code extends RequestErrorCode> = new (code: Code, problem: Problem) => PentimentoError<Code>

const CLASSES: { readonly [Code in RequestErrorCode]: ErrorClass<Code> } = {
  invalid_request: InvalidRequestError,
  unauthorized: UnauthorizedError,
  budget_exhausted: BudgetExhaustedError,
  forbidden: ForbiddenError,
  not_found: NotFoundError,
  method_not_allowed: MethodNotAllowedError,
  session_busy: SessionBusyError,
  stale_parent: StaleParentError,
  payload_too_large: PayloadTooLargeError,
  unsupported_media_type: UnsupportedMediaTypeError,
  range_not_satisfiable: RangeNotSatisfiableError,
  unreadable_image: UnreadableImageError,
  idempotency_mismatch: IdempotencyMismatchError,
  missing_media: MissingMediaError,
  too_many_requests: TooManyRequestsError,
  internal: InternalError,
  unavailable: UnavailableError,
}

/** The service could not be reached, or the connection was lost again and again. `cause` is the last failure. */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError'
}

/** Thrown by `edit.orThrow()`: the turn ended without an answer. `turn.error` says why, and what would help. */
export class TurnFailedError extends Error {
  override name = 'TurnFailedError'
  readonly turn: Turn
  constructor(turn: Turn) {
    super(turn.error?.detail ?? `the turn ended ${turn.status}`)
    this.turn = turn
  }
}

/** The error an answer that is not a success stands for. */
export async function errorOf(response: Response): Promise<PentimentoError> {
  const body: unknown = await response.json().catch(() => null)
  const problem = isProblem(body) ? body : foreignProblem(response)
  return create(problem.code, problem)
}

function create<Code extends RequestErrorCode>(code: Code, problem: Problem): PentimentoError<Code> {
  return new CLASSES[code](code, problem)
}

/** Codes a newer service may have are not ours to name: their status then says what kind of error it is. */
function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' && body.code in CLASSES
}

/** Something between us and the service answered in its place. */
function foreignProblem({ status, headers }: Response): Problem {
  const code = CODE_OF_STATUS[status] ?? (status < 500 ? 'invalid_request' : 'unavailable')
  return {
    type: 'about:blank',
    title: 'The answer is not from the service',
    status,
    detail: `Something in between answered ${status}.`,
    code,
    retryable: status >= 500,
    requestId: headers.get('X-Request-Id') ?? '',
  }
}

const CODE_OF_STATUS: Readonly<Record<number, RequestErrorCode>> = {
  401: 'unauthorized',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal',
}
