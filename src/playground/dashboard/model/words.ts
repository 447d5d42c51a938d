/** What figures and alerts say in codes, in words. */
import type { Alert, FailureKind, Stats, Turn, WaitReason } from '../../../client/index.ts'
import { formatPercent } from './figures.ts'

export const KIND_NAMES: Readonly<Record<FailureKind, string>> = {
  unreachable: 'Unreachable',
  overloaded: 'Overloaded',
  rate_limited: 'Rate limited',
  quota_exhausted: 'Quota used up',
  upstream_fault: 'Upstream fault',
  ambiguous: 'Broken off',
  media_gone: 'Picture expired',
  signature_rejected: 'Signatures refused',
  too_large: 'Too large',
  rejected: 'Rejected',
  blocked: 'Blocked',
  no_image: 'No picture',
  canceled: 'Canceled',
}

/** Rules of docs/monitoring.md; one that is newer than this page is told by its own name. */
const RULES: Readonly<Record<string, string>> = {
  success_rate_low: 'Few attempts succeed',
  overloaded: 'Many attempts meet an overloaded model',
  rate_limited: 'Many attempts are refused for their rate',
  safety_blocks: 'Safety filters block many pictures',
  policy_blocks: 'A filter blocks what no setting changes',
  key_rejected: 'The upstream refuses the key',
  billing_rejected: 'The upstream refuses for billing',
  region_rejected: 'The upstream does not serve this region',
  model_retired: 'A model has been withdrawn',
  daily_quota_gone: 'The quota of the day is used up',
  breaker_open: 'A model has kept failing for a while',
}

export function nameOfRule(rule: string): string {
  return RULES[rule] ?? rule
}

/** Shares read as percents; counts beyond none say nothing more. */
export function measureOf({ value, threshold }: Pick<Alert, 'value' | 'threshold'>): string | null {
  if (threshold <= 0 || threshold >= 1) return value > 1 ? `${value} times` : null
  return `${formatPercent(value)}, the limit is ${formatPercent(threshold)}`
}

type Breaker = NonNullable<Stats['models'][number]['breaker']>

export const BREAKERS: Readonly<Record<Breaker, { name: string; tone: 'good' | 'fair' | 'bad' }>> = {
  closed: { name: 'Healthy', tone: 'good' },
  half_open: { name: 'Recovering', tone: 'fair' },
  probing: { name: 'Being probed', tone: 'fair' },
  open: { name: 'Given a rest', tone: 'bad' },
}

export const QUOTA_STATES: Readonly<Record<Stats['quotas'][number]['state'], { name: string; tone: 'good' | 'fair' | 'bad' }>> = {
  free: { name: 'Free', tone: 'good' },
  minute: { name: 'Full for seconds', tone: 'fair' },
  day: { name: 'Used up for the day', tone: 'bad' },
}

export const WAITS: Readonly<Record<WaitReason, string>> = {
  overloaded: 'the model is overloaded',
  rate_limited: 'too many requests',
  quota: 'the quota is used up',
  breaker: 'the model is given a rest',
  not_before: 'planned for later',
  off_peak: 'for a quieter hour',
  queue: 'many are waiting',
}

export const ENDINGS: Partial<Readonly<Record<Turn['status'], string>>> = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
  outcome_unknown: 'Outcome unknown',
}
