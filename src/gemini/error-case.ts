/** A refusal or failure as the recognisers see it. */
import type { WireError } from './wire-error.ts'

export interface ErrorCase {
  /** The code in the body where it has one, since gateways pass on errors under a status of their own; else the HTTP status. */
  code: number
  /** Null where the body could not be read as an error. */
  error: WireError | null
  /** The message, and what `DebugInfo` adds: some messages say nothing themselves (`$grpcMessage`). */
  text: string
  /** `ErrorInfo` reasons. */
  reasons: readonly string[]
  retryAfter: string | undefined
}

/** HTTP codes of `google.rpc.Code` names, for error objects that come without a number. */
const CODES: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNKNOWN: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

export function errorCase(httpStatus: number, error: WireError | null, retryAfter?: string): ErrorCase {
  const details = error?.details ?? []
  const named = CODES[error?.status ?? ''] ?? (httpStatus < 300 ? 500 : httpStatus)
  return {
    code: error?.code && error.code >= 400 && error.code <= 599 ? error.code : named,
    error,
    text: [error?.message ?? '', ...details.map(({ detail }) => detail ?? '')].join('\n'),
    reasons: details.map(({ reason }) => reason ?? ''),
    retryAfter,
  }
}
