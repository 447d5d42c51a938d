/** The closed set of ways in which an attempt can fail (engine.md). Classified once, at the wire; all else switches on the kind. */
import type { Billed } from './billed.ts'

export const FAILURE_KINDS = [
  'unreachable',
  'overloaded',
  'rate_limited',
  'quota_exhausted',
  'upstream_fault',
  'ambiguous',
  'media_gone',
  'signature_rejected',
  'too_large',
  'rejected',
  'blocked',
  'no_image',
  'canceled',
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

/** Whether the request reached the model, and what that means for the bill; `unknown` is never resent lightly. */
export const FAILURE_TRAITS: Readonly<Record<FailureKind, { sent: 'no' | 'refused' | 'yes' | 'unknown'; billed: Billed }>> = Object.freeze({
  unreachable: { sent: 'no', billed: 'no' },
  overloaded: { sent: 'refused', billed: 'no' },
  rate_limited: { sent: 'refused', billed: 'no' },
  quota_exhausted: { sent: 'refused', billed: 'no' },
  upstream_fault: { sent: 'yes', billed: 'no' },
  ambiguous: { sent: 'unknown', billed: 'maybe' },
  media_gone: { sent: 'refused', billed: 'no' },
  signature_rejected: { sent: 'refused', billed: 'no' },
  too_large: { sent: 'refused', billed: 'no' },
  rejected: { sent: 'refused', billed: 'no' },
  blocked: { sent: 'yes', billed: 'no' },
  no_image: { sent: 'yes', billed: 'maybe' },
  canceled: { sent: 'unknown', billed: 'maybe' },
})

/** Why an upstream rejected for good, and so who can mend it. */
export type RejectionCause = 'key' | 'billing' | 'region' | 'permission' | 'model' | 'field' | 'other'

export interface QuotaViolation {
  quotaId: string
  metric: string | null
  /** `quotaValue` as a number; null where absent or unreadable. 0 never clears. */
  limit: number | null
  period: 'minute' | 'day' | 'unknown'
  counts: 'requests' | 'tokens' | 'images' | 'unknown'
}

export interface SafetyRating {
  category: string
  probability: string | null
  blocked: boolean
}

/** A model that was not asked next, and what stood in the way. */
export interface PassedOver {
  model: string
  because:
    | 'attempts'
    | 'faults'
    | 'no_image'
    | 'breaker'
    | 'retry_budget'
    | 'quota'
    | 'quota_day'
    | 'waiting'
    | 'capability'
    | 'too_large'
    | 'unknown_model'
    | 'risk_hour'
}

/** What the recognisers read from a failure, for `decide` and for the caller. All open enums are kept verbatim. */
export interface FailureFacts {
  /** The wait asked for, in ms; clamped to a day; null where none is believable. */
  retryAfterMs?: number | null
  quotas?: readonly QuotaViolation[]
  finishReason?: string | null
  blockReason?: string | null
  /** Whether the prompt was blocked (true) or the output (false). */
  promptBlocked?: boolean
  ratings?: readonly SafetyRating[]
  /** Ids of files the upstream no longer has, without `files/`. Empty: it did not say which. */
  goneFiles?: readonly string[]
  rejection?: RejectionCause
  /** The field the upstream complained of, when it named one. */
  field?: string | null
  /** A gateway timed out or the model's own deadline expired (504). */
  deadlineExpired?: boolean
  /** Tokens were reported although no image came: it may have been charged. */
  usageReported?: boolean
  /** The answer had text but no image and ended with STOP: an answer, not a failure. */
  textOnly?: boolean
  /** Written with `next`: models the engine would have preferred, and why it did not ask them. */
  passedOver?: readonly PassedOver[]
}
