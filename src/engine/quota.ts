/**
 * Quotas of one endpoint project and model. Limits per minute are smoothed (10 a minute = one per 6 s) by remembering when the
 * next is due, which needs one number each and mends itself when a node dies; requests per day end at midnight Pacific.
 */
import type { EndpointLimits } from '../domain/endpoint.ts'
import type { FailureFacts, QuotaViolation } from '../domain/failure.ts'
import { nextPacificMidnightMs } from './pacific-midnight.ts'
import type { QuotaPolicy } from './policy.ts'

const MINUTE_MS = 60_000

export type QuotaName = 'rpm' | 'ipm' | 'tpm' | 'rpd'
type PerMinute = Exclude<QuotaName, 'rpd'>
const PER_MINUTE: readonly PerMinute[] = ['rpm', 'ipm', 'tpm']

export interface QuotaState {
  /** When the next request, image or token is due, in Unix ms. */
  dueAtMs: Readonly<Record<PerMinute, number>>
  /** Requests of the Pacific day that ends at `endsAtMs`. */
  day: { endsAtMs: number; requests: number }
  /** A daily quota, or one of zero, was refused: nothing goes before this (Unix ms). */
  spentUntilMs: number
  /** Limits read from refusals, and when. */
  learned: Readonly<Partial<Record<QuotaName, { limit: number; atMs: number }>>>
}

/** What an attempt needs of the quotas. */
export interface QuotaNeed {
  images: number
  tokens: number
}

export type QuotaEvent =
  | { type: 'reserved' | 'released'; need: QuotaNeed }
  /** The upstream counted other tokens than we had planned with. */
  | { type: 'counted'; tokensMore: number }
  | { type: 'refused'; facts: FailureFacts }

export const UNUSED_QUOTA: QuotaState = Object.freeze({
  dueAtMs: { rpm: 0, ipm: 0, tpm: 0 },
  day: { endsAtMs: 0, requests: 0 },
  spentUntilMs: 0,
  learned: {},
})

export function reduceQuota(state: QuotaState, event: QuotaEvent, limits: EndpointLimits, policy: QuotaPolicy, nowMs: number): QuotaState {
  switch (event.type) {
    case 'reserved':
      return moved(state, event.need, 1, limitsInForce(state, limits, policy, nowMs), nowMs)
    case 'released':
      return moved(state, event.need, -1, limitsInForce(state, limits, policy, nowMs), nowMs)
    case 'counted': {
      const { tpm } = limitsInForce(state, limits, policy, nowMs)
      const dueMs = tpm === undefined ? state.dueAtMs.tpm : state.dueAtMs.tpm + (event.tokensMore * MINUTE_MS) / tpm
      return { ...state, dueAtMs: { ...state.dueAtMs, tpm: Math.max(0, dueMs) } }
    }
    case 'refused':
      return (event.facts.quotas ?? []).reduce((next, violation) => learned(next, violation, event.facts, nowMs), state)
  }
}

export type QuotaVerdict = { ok: true } | { ok: false; period: 'minute' | 'day'; untilMs: number }

/** Whether another attempt may go now, and if not, which quota is in the way and until when (Unix ms). */
export function quotaVerdict(state: QuotaState, limits: EndpointLimits, policy: QuotaPolicy, nowMs: number): QuotaVerdict {
  if (nowMs < state.spentUntilMs) return { ok: false, period: 'day', untilMs: state.spentUntilMs }
  const inForce = limitsInForce(state, limits, policy, nowMs)
  if (inForce.rpd !== undefined && nowMs < state.day.endsAtMs && state.day.requests >= inForce.rpd) {
    return { ok: false, period: 'day', untilMs: state.day.endsAtMs }
  }
  const untilMs = Math.ceil(Math.max(...PER_MINUTE.map((name) => (inForce[name] === undefined ? 0 : state.dueAtMs[name]))))
  return untilMs <= nowMs ? { ok: true } : { ok: false, period: 'minute', untilMs }
}

/** Time between two requests at the tightest limit per minute, in ms; 0 where none is known. */
export function slotMs(state: QuotaState, limits: EndpointLimits, policy: QuotaPolicy, nowMs: number): number {
  const { rpm, ipm } = limitsInForce(state, limits, policy, nowMs)
  return Math.max(rpm === undefined ? 0 : MINUTE_MS / rpm, ipm === undefined ? 0 : MINUTE_MS / ipm)
}

/** Configured limits, and learned ones where those are lower or nothing is configured; a learned one is believed for a while. */
export function limitsInForce(
  { learned: read }: QuotaState,
  limits: EndpointLimits,
  { learnedForMs }: QuotaPolicy,
  nowMs: number,
): EndpointLimits {
  const lower = (name: QuotaName): number | undefined => {
    const fresh = read[name]
    if (fresh === undefined || nowMs - fresh.atMs > learnedForMs) return limits[name]
    return Math.min(fresh.limit, limits[name] ?? fresh.limit)
  }
  return { rpm: lower('rpm'), ipm: lower('ipm'), tpm: lower('tpm'), rpd: lower('rpd') }
}

function moved(state: QuotaState, need: QuotaNeed, sign: 1 | -1, inForce: EndpointLimits, nowMs: number): QuotaState {
  const amounts = { rpm: 1, ipm: need.images, tpm: need.tokens }
  const due = (name: PerMinute): number => {
    const limit = inForce[name]
    if (limit === undefined) return state.dueAtMs[name]
    const fromMs = sign === 1 ? Math.max(nowMs, state.dueAtMs[name]) : state.dueAtMs[name]
    return fromMs + (sign * amounts[name] * MINUTE_MS) / limit
  }
  const day = nowMs < state.day.endsAtMs ? state.day : { endsAtMs: nextPacificMidnightMs(nowMs), requests: 0 }
  return {
    ...state,
    dueAtMs: { rpm: due('rpm'), ipm: due('ipm'), tpm: due('tpm') },
    day: { ...day, requests: Math.max(0, day.requests + sign) },
  }
}

const COUNTED_AS: Readonly<Record<QuotaViolation['counts'], PerMinute>> = Object.freeze({
  requests: 'rpm',
  images: 'ipm',
  tokens: 'tpm',
  unknown: 'rpm',
})

/** A quota of a day, or of zero, is spent until midnight; one of a minute, until the time the upstream named. */
function learned(state: QuotaState, { limit, period, counts }: QuotaViolation, facts: FailureFacts, nowMs: number): QuotaState {
  const known = limit !== null && limit > 0
  if (period === 'day' || limit === 0) {
    const read = known && counts === 'requests' ? { ...state.learned, rpd: { limit, atMs: nowMs } } : state.learned
    return { ...state, learned: read, spentUntilMs: nextPacificMidnightMs(nowMs) }
  }
  if (!known || period !== 'minute') return state
  const name = COUNTED_AS[counts]
  // A quota of a minute is whole again in a minute, whatever longer wait the refused turn was told.
  const pauseMs = Math.min(facts.retryAfterMs ?? (name === 'tpm' ? 0 : MINUTE_MS / limit), MINUTE_MS)
  const dueMs = Math.max(state.dueAtMs[name], nowMs + pauseMs)
  return { ...state, learned: { ...state.learned, [name]: { limit, atMs: nowMs } }, dueAtMs: { ...state.dueAtMs, [name]: dueMs } }
}
