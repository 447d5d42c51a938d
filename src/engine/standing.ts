/** Where one link of the chain stands for a turn at this moment: ready, to be waited for, or out; and why. */
import type { FailureKind, PassedOver } from '../domain/failure.ts'
import type { WaitReason } from '../domain/turn.ts'
import { backoffMs } from './backoff.ts'
import { breakerPhase } from './breaker.ts'
import { availability, type RefusalReason, type ReserveKind } from './model-state.ts'
import type { Place, Situation } from './situation.ts'

export type Standing =
  | { is: 'ready'; reserve: ReserveKind }
  /** `own`: a wait this turn brought on itself (back-off, RetryInfo), not one of the shared state. */
  | { is: 'waiting'; untilMs: number; why: PassedOver['because']; because: WaitReason; own: boolean }
  | { is: 'out'; why: PassedOver['because'] }

/** After these the same model is asked again only after a back-off; after the others, at once. */
const BACKS_OFF: ReadonlySet<FailureKind> = new Set([
  'unreachable',
  'overloaded',
  'rate_limited',
  'quota_exhausted',
  'upstream_fault',
  'ambiguous',
])

const WAIT_REASON: Readonly<Record<RefusalReason, WaitReason>> = Object.freeze({
  breaker: 'breaker',
  retry_budget: 'overloaded',
  quota: 'quota',
  quota_day: 'quota',
})

const BECAUSE_AFTER: Readonly<Partial<Record<FailureKind, WaitReason>>> = Object.freeze({
  rate_limited: 'rate_limited',
  quota_exhausted: 'quota',
})

/**
 * `round` counts how often the chain has been gone through, from 0. `throughOpen` asks as if a breaker that stands before a
 * strained model were closed.
 */
export function standingOf(situation: Situation, place: Place, round: number, throughOpen: boolean): Standing {
  const why = reasonOut(situation, place, round)
  if (why !== null) return { is: 'out', why }
  const { policy, turn, nowMs } = situation.input
  const reserve = reserveKind(situation, place)
  const ask = { kind: reserve, turnId: turn.id, tenantId: turn.tenantId, promisedAtMs: promisedAtMs(situation), throughOpen }
  const shared = availability(place.state, ask, place.link.endpoint.limits, policy.shared, nowMs)
  const own = ownWait(situation, place)
  // What the shared state forbids now it may forbid then as well: no use in backing off before an open breaker.
  if (!shared.ok && (shared.reason === 'breaker' || shared.reason === 'quota_day')) {
    const untilMs = Math.max(shared.untilMs, own.untilMs)
    if (shared.reason === 'quota_day' && !policy.outwaitsQuota) return { is: 'out', why: 'quota_day' }
    return { is: 'waiting', untilMs, why: shared.reason, because: WAIT_REASON[shared.reason], own: false }
  }
  if (own.untilMs > nowMs) return { is: 'waiting', ...own }
  if (!shared.ok) return { is: 'waiting', untilMs: shared.untilMs, why: shared.reason, because: WAIT_REASON[shared.reason], own: false }
  return { is: 'ready', reserve }
}

/** The time a turn was promised a slot for, if that is what it has been waiting for. */
export function promisedAtMs({ input: { turn } }: Situation): number | null {
  return turn.waitReason === 'quota' ? turn.waitingUntilMs : null
}

/** What makes a link no choice at all in this round; null: nothing does. */
function reasonOut({ input }: Situation, { link, key, record, fitted }: Place, round: number): PassedOver['because'] | null {
  const { policy, historyFacts } = input
  const history = historyFacts[key]
  if (record.faults >= policy.faultsPerModel || record.expiries > policy.expiriesPerModel) return 'faults'
  if (fitted === null) return record.expiries > 0 ? 'faults' : 'capability'
  if (history !== undefined && (history.tokens > link.entry.contextTokens || history.bytes > link.entry.requestBytesMax)) return 'too_large'
  if (record.quotaSpent && !policy.outwaitsQuota) return 'quota_day'
  if (record.noImage && policy.onNoImage === 'fallback') return 'no_image'
  if (record.counted >= policy.attemptsPerModel * (round + 1)) return 'attempts'
  return null
}

/** After a repair the same request goes out once more, which is no retry. */
function reserveKind({ input, ledger }: Situation, { state, record }: Place): ReserveKind {
  if (breakerPhase(state.breaker, input.nowMs) === 'half_open') return 'probe'
  if (ledger.last === null || ledger.last.next === 'repair') return 'first'
  return record.asked > 0 ? 'retry' : 'fallback'
}

/**
 * What the turn itself must wait for at this link: what the upstream asked, never less; else a back-off, or the pause between
 * rounds. A spent quota is not waited for while another model may have its own.
 */
function ownWait({ input }: Situation, { record }: Place): { untilMs: number; why: 'waiting'; because: WaitReason; own: boolean } {
  const { policy, turn } = input
  const { last, counted, askedUntilMs } = record
  const because = BECAUSE_AFTER[last?.outcome ?? 'overloaded'] ?? 'overloaded'
  const wait = { why: 'waiting', because, own: because !== 'quota' } as const
  if (last === null || last.next === 'repair' || !BACKS_OFF.has(last.outcome)) return { ...wait, untilMs: askedUntilMs }
  const failures = ((counted - 1) % policy.attemptsPerModel) + 1
  const pauseMs = failures === policy.attemptsPerModel || record.quotaSpent ? policy.roundPauseMs : 0
  // The upstream's own word takes the place of our guess.
  const guessMs = last.facts.retryAfterMs == null ? backoffMs(policy, failures, turn.id, last.n) : 0
  return { ...wait, untilMs: Math.max(askedUntilMs, last.endedAtMs + Math.max(guessMs, pauseMs)) }
}
