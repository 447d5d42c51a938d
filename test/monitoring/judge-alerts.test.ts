import { describe, expect, test } from 'vitest'
import { ALERT_RULES } from '../../src/monitoring/alert-rules.ts'
import type { Counts } from '../../src/monitoring/counts.ts'
import { judgeAlerts, type WatchedModel } from '../../src/monitoring/judge-alerts.ts'
import type { Tally } from '../../src/monitoring/read-tallies.ts'

const HEALTHY: WatchedModel = { project: 'p', model: 'm', breakerClosed: true, dayQuotaGone: false }

function tally(counts: Counts, more: Partial<Tally> = {}): Tally {
  return { tenantId: 'acme', fromMs: 0, endpointId: 'gemini', model: 'm', costMicros: 0, counts, ...more }
}

function firing(tallies: readonly Tally[], models: readonly WatchedModel[] = [HEALTHY]): string[] {
  return judgeAlerts(ALERT_RULES, () => tallies, models).map(({ rule, tenantId, subject }) => `${rule.rule} of ${tenantId}:${subject}`)
}

describe('the rules that ship', () => {
  const cases: readonly [what: string, counts: Counts, fires: readonly string[]][] = [
    ['7 of 10 succeed', { attempts: 10, 'outcome/succeeded': 7, 'outcome/ambiguous': 3 }, []],
    ['6 of 10 succeed', { attempts: 10, 'outcome/succeeded': 6, 'outcome/ambiguous': 4 }, ['success_rate_low of acme:']],
    ['3 of 10 overloaded', { attempts: 10, 'outcome/succeeded': 7, 'outcome/overloaded': 3 }, []],
    ['31 of 100 overloaded', { attempts: 100, 'outcome/succeeded': 70, 'outcome/overloaded': 31 }, ['overloaded of acme:']],
    ['4 attempts, all overloaded: too few to tell', { attempts: 4, 'outcome/overloaded': 4 }, []],
    ['one key rejected of a thousand', { attempts: 1_000, 'outcome/succeeded': 999, 'cause/rejected/key': 1 }, ['key_rejected of :gemini']],
    ['billing', { attempts: 1, 'cause/rejected/billing': 1 }, ['billing_rejected of :gemini']],
    ['region', { attempts: 1, 'cause/rejected/region': 1 }, ['region_rejected of :gemini']],
    ['a field rejected', { attempts: 1, 'cause/rejected/field': 1 }, []],
    ['a model gone', { attempts: 1, 'cause/rejected/model': 1 }, ['model_retired of :gemini/m']],
    ['one block by policy', { attempts: 1, 'cause/blocked/policy': 1 }, ['policy_blocks of acme:']],
    ['2 of 10 blocked by safety', { attempts: 10, 'outcome/succeeded': 8, 'cause/blocked/safety': 2 }, ['safety_blocks of acme:']],
    ['2 of 10 rate-limited', { attempts: 10, 'outcome/succeeded': 8, 'outcome/rate_limited': 2 }, ['rate_limited of acme:']],
  ]
  test.each(cases)('%s', (_what, counts, fires) => {
    expect(firing([tally(counts)])).toEqual(fires)
  })

  test('an open breaker and a quota gone for the day are of the model, whoever asks it', () => {
    expect(firing([], [{ ...HEALTHY, breakerClosed: false }])).toEqual(['breaker_open of :p/m'])
    expect(firing([], [{ ...HEALTHY, dayQuotaGone: true }])).toEqual(['daily_quota_gone of :p/m'])
    expect(firing([])).toEqual([])
  })

  test('each tenant is judged by its own attempts, all models and endpoints together', () => {
    const bad = { attempts: 5, 'outcome/overloaded': 5 }
    const good = { attempts: 50, 'outcome/succeeded': 50 }
    expect(firing([tally(bad), tally(good, { endpointId: 'relay' }), tally(bad, { tenantId: 'globex' })])).toEqual([
      'success_rate_low of globex:',
      'overloaded of globex:',
    ])
  })

  test('severities are as promised', () => {
    expect(Object.fromEntries(ALERT_RULES.map(({ rule, severity }) => [rule, severity]))).toEqual({
      ...{ success_rate_low: 'error', overloaded: 'warning', rate_limited: 'info', safety_blocks: 'info', policy_blocks: 'warning' },
      ...{ key_rejected: 'error', billing_rejected: 'error', region_rejected: 'error', model_retired: 'warning' },
      ...{ daily_quota_gone: 'warning', breaker_open: 'warning' },
    })
  })
})
