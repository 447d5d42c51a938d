/**
 * The service's errors, one table: code → status, whether a repeat may help, and the title people read.
 * `docs/errors.md` and the OpenAPI document are kept equal to it by tests.
 */
import type { SafetyRating } from './failure.ts'
import type { LimitStanding } from './limit.ts'

interface ErrorRow {
  status: number
  retryable: boolean
  title: string
}

/** Errors of a request: the answer itself is the problem. */
export const REQUEST_ERRORS = Object.freeze({
  invalid_request: { status: 400, retryable: false, title: 'The request is not valid' },
  unauthorized: { status: 401, retryable: false, title: 'No valid key or token' },
  budget_exhausted: { status: 402, retryable: false, title: 'The budget is used up' },
  forbidden: { status: 403, retryable: false, title: 'This key is not good for that' },
  not_found: { status: 404, retryable: false, title: 'There is no such thing' },
  method_not_allowed: { status: 405, retryable: false, title: 'This path does not take this method' },
  session_busy: { status: 409, retryable: true, title: 'Another turn of this session is active' },
  stale_parent: { status: 412, retryable: false, title: 'The head of the session has moved' },
  payload_too_large: { status: 413, retryable: false, title: 'The body is too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'This kind of content is not accepted' },
  range_not_satisfiable: { status: 416, retryable: false, title: 'The range lies outside the content' },
  unreadable_image: { status: 422, retryable: false, title: 'The image cannot be read' },
  idempotency_mismatch: { status: 422, retryable: false, title: 'The Idempotency-Key was used with other content' },
  missing_media: { status: 422, retryable: false, title: 'Media that the bundle names are missing' },
  too_many_requests: { status: 429, retryable: true, title: 'Too many requests' },
  internal: { status: 500, retryable: true, title: 'Something went wrong here' },
  unavailable: { status: 503, retryable: true, title: 'The service is not available just now' },
} satisfies Record<string, ErrorRow>)

/** Errors of a turn: the turn is the resource, and holds one of these in `error`. `status` is what a gateway would have answered. */
export const TURN_ERRORS = Object.freeze({
  upstream_overloaded: { status: 503, retryable: true, title: 'Every model refused for lack of capacity' },
  upstream_rate_limited: { status: 429, retryable: true, title: 'The upstream limits the rate of requests' },
  upstream_quota_exhausted: { status: 429, retryable: true, title: 'The quota of the upstream is used up' },
  upstream_rejected: { status: 502, retryable: false, title: 'The upstream rejected the request' },
  upstream_unreachable: { status: 502, retryable: true, title: 'No connection to the upstream' },
  upstream_fault: { status: 502, retryable: true, title: 'The upstream failed' },
  content_blocked: { status: 422, retryable: false, title: 'The content was blocked' },
  no_image: { status: 422, retryable: true, title: 'The model answered without an image or text' },
  outcome_unknown: { status: 504, retryable: false, title: 'Nobody can tell whether the edit was carried out' },
  deadline_exceeded: { status: 504, retryable: true, title: 'The deadline has passed' },
  canceled: { status: 499, retryable: false, title: 'The turn was canceled' },
  budget_exhausted: { status: 402, retryable: false, title: 'The budget is used up' },
} satisfies Record<string, ErrorRow>)

export type RequestErrorCode = keyof typeof REQUEST_ERRORS
export type TurnErrorCode = keyof typeof TURN_ERRORS

export interface FieldError {
  /** Where: `parts.0.mediaId`, `Prefer`, `image`. */
  path: string
  message: string
}

/** An RFC 9457 problem. `requestId` is added where it is answered. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: RequestErrorCode | TurnErrorCode
  retryable: boolean
  retryAfterMs?: number | undefined
  errors?: readonly FieldError[] | undefined
  /** `content_blocked`: why, and what was judged. */
  reason?: string | undefined
  ratings?: readonly SafetyRating[] | undefined
  /** `session_busy`: the turn in the way. */
  turnId?: string | undefined
  /** `missing_media`: digests we lack. */
  missing?: readonly string[] | undefined
  /** `too_many_requests`, and `payload_too_large` where it is the tenant's storage that is full: which of its limits. */
  limit?: LimitStanding | undefined
}

export type ProblemDetails = Pick<Problem, 'retryAfterMs' | 'errors' | 'reason' | 'ratings' | 'turnId' | 'missing' | 'limit'> & {
  /** Overrides the table where this one case differs. */
  retryable?: boolean
}

/** A turn's error in full. `detail` says what happened and what would help, in a sentence or two. */
export function turnProblem(code: TurnErrorCode, detail: string, more: ProblemDetails = {}): Problem {
  return { type: `urn:pentimento:error:${code}`, code, ...TURN_ERRORS[code], detail, ...more }
}

/** Thrown by services for a request that cannot be served; the HTTP layer answers it as problem+json. */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: RequestErrorCode
  readonly problem: Problem
  constructor(code: RequestErrorCode, detail: string, more: ProblemDetails = {}) {
    super(`${code}: ${detail}`)
    this.code = code
    this.problem = { type: `urn:pentimento:error:${code}`, code, ...REQUEST_ERRORS[code], detail, ...more }
  }
}
