/** Every error of a request, as an example. */
import { type Problem, type ProblemDetails, REQUEST_ERRORS, type RequestErrorCode, turnProblem } from '../../../domain/problem.ts'
import { REQUEST, SHA256, TURN } from './ids.ts'

/** What each says in its own case. */
const CASES: Readonly<Record<RequestErrorCode, ProblemDetails & { detail: string }>> = {
  invalid_request: {
    detail: 'The request does not fit the contract; see errors.',
    errors: [{ path: 'parts.0.text', message: 'must not be empty' }],
  },
  unauthorized: { detail: 'Send a valid key: Authorization: Bearer <key>.' },
  budget_exhausted: { detail: 'The session has spent $4.95 of its $5.00; this turn would cost about $0.134.' },
  forbidden: { detail: 'This key may read; what changes or spends takes the scope edit.' },
  not_found: { detail: 'There is nothing by this id.' },
  method_not_allowed: { detail: 'This path takes GET, PATCH, DELETE.' },
  session_busy: { detail: 'Another turn of this session is active. Wait for its end, or cancel it.', turnId: TURN },
  stale_parent: { detail: 'The head of the session is another turn by now. Read the session again.' },
  payload_too_large: { detail: 'The body may have at most 52428800 bytes.' },
  unsupported_media_type: { detail: 'Send application/json.' },
  range_not_satisfiable: { detail: 'The content has 1720205 bytes.' },
  unreadable_image: { detail: 'The image ends in the middle. Send it again, whole.' },
  idempotency_mismatch: { detail: 'This Idempotency-Key was used for a turn with other content. Take a new key for a new turn.' },
  missing_media: { detail: 'The bundle names images that are not here. Import it as zip, or upload them first.', missing: [SHA256] },
  too_many_requests: {
    detail: 'The tenant may make 600 requests a minute.',
    retryAfterMs: 12_000,
    limit: { name: 'requestsPerMinute', max: 600, remaining: 0, resetMs: 12_000 },
  },
  internal: { detail: 'An unexpected error was logged under this request id. Trying again may help.' },
  unavailable: { detail: 'The database cannot be reached just now.', retryAfterMs: 2_000 },
}

/** The answer to a request that ran into it. */
export function problemExample(code: RequestErrorCode): Problem & { requestId: string } {
  return { type: `urn:pentimento:error:${code}`, code, ...REQUEST_ERRORS[code], ...CASES[code], requestId: REQUEST }
}

export const TURN_PROBLEM = turnProblem(
  'content_blocked',
  'The output filter blocked the picture. Rephrase the edit, or try the same again.',
  {
    reason: 'IMAGE_SAFETY',
  },
)
