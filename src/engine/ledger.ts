/** The ledger of a turn, read once: what has been tried where, what may have been billed, what was repaired. */
import type { Attempt } from '../domain/attempt.ts'
import type { Billed } from '../domain/billed.ts'
import { FAILURE_TRAITS, type FailureKind } from '../domain/failure.ts'
import { askedWaitMs } from './backoff.ts'
import type { ChainLink, DecisionInput } from './decision.ts'

/** A ledger row that has ended without a picture. */
export interface FailedAttempt extends Attempt {
  endedAtMs: number
  outcome: FailureKind
}

/** What this turn has met at one link. */
export interface LinkRecord {
  /** Rows of any kind. */
  asked: number
  /** Rows that count against `attemptsPerModel`: all but repaired ones. */
  counted: number
  faults: number
  /** 504s. */
  expiries: number
  quotaSpent: boolean
  noImage: boolean
  last: FailedAttempt | null
  /** Until when the upstream asked us to wait, jitter included, in Unix ms; 0: it did not. */
  askedUntilMs: number
}

export interface Ledger {
  /** The newest row; null before the first attempt. */
  last: FailedAttempt | null
  /** Where that was in `links`; -1 when that link is gone. */
  lastIndex: number
  links: readonly LinkRecord[]
  /** Rows that may have been billed although no picture came. */
  maybeBilled: number
  /** Whether some attempt may have been carried out without our knowing. */
  ambiguous: boolean
  blocked: number
  noImage: number
  repairs: number
  repacked: boolean
  /** Repairs of `too_large`: at most two, by the Files API and by windowing. */
  shrinks: number
}

/**
 * How to close a row that its node left in flight: nobody can tell what became of it. Any other row is returned as it is.
 * `nowMs` (Unix ms) is when it was found.
 */
export function closeOrphan(attempt: Attempt, nowMs: number): Attempt {
  if (attempt.outcome !== null) return attempt
  const message = 'The node that made this attempt stopped before its answer came.'
  return { ...attempt, outcome: 'ambiguous', endedAtMs: nowMs, billed: FAILURE_TRAITS.ambiguous.billed, message }
}

/** Reads the ledger against the links in force. */
export function readLedger(input: DecisionInput, links: readonly ChainLink[]): Ledger {
  const records = links.map(untriedLink)
  const ledger = newLedger(records)
  for (const attempt of input.attempts) {
    // A row in flight was left by a node that died: the engine is asked only for turns the caller owns.
    const failed = closeOrphan(attempt, input.nowMs)
    if (!isFailed(failed)) continue
    ledger.last = failed
    ledger.lastIndex = links.findIndex(({ endpoint, entry }) => entry.id === failed.model && endpoint.id === failed.endpointId)
    if (failed.billed !== 'no') ledger.maybeBilled += 1
    if (failed.outcome === 'ambiguous') ledger.ambiguous = true
    if (failed.outcome === 'blocked') ledger.blocked += 1
    if (failed.outcome === 'no_image') ledger.noImage += 1
    const repaired = failed.next === 'repair'
    if (repaired) noteRepair(ledger, failed)
    const record = records[ledger.lastIndex]
    if (record === undefined) continue
    noteAttempt(record, failed, repaired)
    noteAskedWait(input, links, records, record, failed)
  }
  return ledger
}

/** What the turn may have been charged so far: the worst of its rows. */
export function billedSoFar(attempts: readonly Attempt[]): Billed {
  if (attempts.some(({ billed }) => billed === 'yes')) return 'yes'
  return attempts.some(({ billed, outcome }) => billed === 'maybe' || outcome === null) ? 'maybe' : 'no'
}

function isFailed(attempt: Attempt): attempt is FailedAttempt {
  return attempt.outcome !== null && attempt.outcome !== 'succeeded' && attempt.endedAtMs !== null
}

function noteAttempt(record: LinkRecord, failed: FailedAttempt, repaired: boolean): void {
  record.asked += 1
  record.last = failed
  if (!repaired) record.counted += 1
  if (failed.outcome === 'quota_exhausted') record.quotaSpent = true
  if (failed.outcome === 'no_image') record.noImage = true
  if (failed.outcome !== 'upstream_fault') return
  if (failed.facts.deadlineExpired === true) record.expiries += 1
  else record.faults += 1
}

/** A wait binds every link to the same project and model, since that is what the upstream counts by. */
function noteAskedWait(
  { policy, turn }: DecisionInput,
  links: readonly ChainLink[],
  records: readonly LinkRecord[],
  own: LinkRecord,
  failed: FailedAttempt,
): void {
  const retryAfterMs = failed.facts.retryAfterMs ?? null
  if (retryAfterMs === null) return
  const untilMs = failed.endedAtMs + askedWaitMs(policy, retryAfterMs, turn.id, failed.n)
  const project = links[records.indexOf(own)]?.endpoint.project
  for (const [index, { endpoint, entry }] of links.entries()) {
    const record = records[index]
    if (record === undefined || endpoint.project !== project || entry.id !== failed.model) continue
    record.askedUntilMs = Math.max(record.askedUntilMs, untilMs)
  }
}

function noteRepair(ledger: Ledger, { outcome }: FailedAttempt): void {
  ledger.repairs += 1
  if (outcome === 'signature_rejected') ledger.repacked = true
  if (outcome === 'too_large') ledger.shrinks += 1
}

export function untriedLink(): LinkRecord {
  return { asked: 0, counted: 0, faults: 0, expiries: 0, quotaSpent: false, noImage: false, last: null, askedUntilMs: 0 }
}

function newLedger(links: LinkRecord[]): Ledger {
  return {
    last: null,
    lastIndex: -1,
    links,
    maybeBilled: 0,
    ambiguous: false,
    blocked: 0,
    noImage: 0,
    repairs: 0,
    repacked: false,
    shrinks: 0,
  }
}
