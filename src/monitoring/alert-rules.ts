/** What operators are told of, as data. `judge-alerts.ts` reads these against the tallies and the models' shared states. */
import type { AlertSeverity } from '../domain/alert.ts'

export type Measure =
  /** Share of attempts that count under this name, where there were enough to tell. */
  | { is: 'share'; count: string; samplesMin: number }
  /** How many counted under this name. */
  | { is: 'count'; count: string }
  /** 1 while the breaker is not closed. */
  | { is: 'breaker' }
  /** 1 while the quota of the day is gone. */
  | { is: 'day_quota' }

export interface AlertRule {
  rule: string
  severity: AlertSeverity
  /** What is judged one by one: each tenant's attempts, those at each endpoint, or each model at each endpoint or project. */
  each: 'tenant' | 'endpoint' | 'model'
  measure: Measure
  /** Of the tallies; states are judged as they are. */
  windowMs: number
  /** It holds while the measure is beyond this. */
  beyond: { side: 'above' | 'below'; threshold: number }
  /** How long it must hold before it fires. */
  forMs: number
}

const MINUTES = 60_000
const WINDOW_MS = 5 * MINUTES
/** Fewer attempts say little: one failure of two is no outage. */
const SAMPLES_MIN = 5

/** `name` is what is counted (`counts.ts`). */
const share = (count: string): Measure => ({ is: 'share', count, samplesMin: SAMPLES_MIN })
const above = (threshold: number) => ({ side: 'above', threshold }) as const
const below = (threshold: number) => ({ side: 'below', threshold }) as const

/** Any one of these needs a person: nothing that the engine does will mend it. */
const rejected = (rule: string, cause: string): AlertRule => ({
  rule,
  severity: 'error',
  each: 'endpoint',
  measure: { is: 'count', count: `cause/rejected/${cause}` },
  windowMs: WINDOW_MS,
  beyond: above(0),
  forMs: 0,
})

const ofAttempts = { each: 'tenant', windowMs: WINDOW_MS, forMs: 0 } as const

export const ALERT_RULES: readonly AlertRule[] = [
  { rule: 'success_rate_low', severity: 'error', measure: share('outcome/succeeded'), beyond: below(0.7), ...ofAttempts },
  { rule: 'overloaded', severity: 'warning', measure: share('outcome/overloaded'), beyond: above(0.3), ...ofAttempts },
  { rule: 'rate_limited', severity: 'info', measure: share('outcome/rate_limited'), beyond: above(0.1), ...ofAttempts },
  { rule: 'safety_blocks', severity: 'info', measure: share('cause/blocked/safety'), beyond: above(0.1), ...ofAttempts },
  { rule: 'policy_blocks', severity: 'warning', measure: { is: 'count', count: 'cause/blocked/policy' }, beyond: above(0), ...ofAttempts },
  rejected('key_rejected', 'key'),
  rejected('billing_rejected', 'billing'),
  rejected('region_rejected', 'region'),
  {
    rule: 'model_retired',
    severity: 'warning',
    each: 'model',
    measure: { is: 'count', count: 'cause/rejected/model' },
    windowMs: 60 * MINUTES,
    beyond: above(0),
    forMs: 0,
  },
  { rule: 'daily_quota_gone', severity: 'warning', each: 'model', measure: { is: 'day_quota' }, windowMs: 0, beyond: above(0), forMs: 0 },
  {
    rule: 'breaker_open',
    severity: 'warning',
    each: 'model',
    measure: { is: 'breaker' },
    windowMs: 0,
    beyond: above(0),
    forMs: 15 * MINUTES,
  },
]
