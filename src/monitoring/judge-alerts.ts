/** Which rules' conditions hold, and for what. Pure. */
import type { AlertRule, Measure } from './alert-rules.ts'
import { addCounts, type Counts, countOf } from './counts.ts'
import type { Tally } from './read-tallies.ts'

/** The shared state of a model, as far as rules look at it. */
export interface WatchedModel {
  project: string
  model: string
  breakerClosed: boolean
  dayQuotaGone: boolean
}

export interface Finding {
  rule: AlertRule
  /** Empty: the installation as a whole. */
  tenantId: string
  subject: string
  value: number
}

/** @param talliesOf the tallies of all tenants, each apart, in a window of this length that ends now */
export function judgeAlerts(
  rules: readonly AlertRule[],
  talliesOf: (windowMs: number) => readonly Tally[],
  models: readonly WatchedModel[],
): Finding[] {
  return rules.flatMap((rule) => {
    const measured = rule.windowMs === 0 ? ofModels(rule, models) : ofTallies(rule, talliesOf(rule.windowMs))
    return measured.filter(({ value }) => isBeyond(rule.beyond, value))
  })
}

function ofModels(rule: AlertRule, models: readonly WatchedModel[]): Finding[] {
  const holds = (model: WatchedModel) => (rule.measure.is === 'breaker' ? !model.breakerClosed : model.dayQuotaGone)
  return models.map((model) => ({ rule, tenantId: '', subject: `${model.project}/${model.model}`, value: holds(model) ? 1 : 0 }))
}

const SUBJECT: Readonly<Record<AlertRule['each'], (tally: Tally) => { tenantId: string; subject: string }>> = {
  tenant: ({ tenantId }) => ({ tenantId, subject: '' }),
  endpoint: ({ endpointId }) => ({ tenantId: '', subject: endpointId }),
  model: ({ endpointId, model }) => ({ tenantId: '', subject: `${endpointId}/${model}` }),
}

function ofTallies(rule: AlertRule, tallies: readonly Tally[]): Finding[] {
  const groups = Map.groupBy(tallies, (tally) => JSON.stringify(SUBJECT[rule.each](tally)))
  return [...groups.values()].flatMap((own) => {
    const [first] = own
    const value = measure(rule.measure, addCounts(own.map(({ counts }) => counts)))
    return first === undefined || value === null ? [] : [{ rule, ...SUBJECT[rule.each](first), value }]
  })
}

function measure(how: Measure, counts: Counts): number | null {
  switch (how.is) {
    case 'share': {
      const attempts = countOf(counts, 'attempts')
      return attempts < how.samplesMin ? null : countOf(counts, how.count) / attempts
    }
    case 'count':
      return countOf(counts, how.count)
    case 'breaker':
    case 'day_quota':
      return null
  }
}

function isBeyond({ side, threshold }: AlertRule['beyond'], value: number): boolean {
  return side === 'above' ? value > threshold : value < threshold
}
