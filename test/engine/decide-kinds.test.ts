import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../src/domain/failure.ts'
import type { PolicyNarrowing, Strategy } from '../../src/domain/session.ts'
import { decide, explainNext } from '../../src/engine/decide.ts'
import { decisionInput, FAST, type LedgerRow, ledger, OLD, PRO, policyOf, START_MS, times, turnFacts } from './a-turn.ts'

/** A decision in a word or two: what the table of engine.md speaks of. */
function inShort(rows: readonly LedgerRow[], strategy: Strategy, narrowing: PolicyNarrowing, window: 'off_peak' | null): string {
  const turn = turnFacts({ window, deadlineAtMs: START_MS + (window === null ? 600_000 : 86_400_000) })
  const chain = strategy === 'cost' ? decisionInput().chain.slice(0, 1) : decisionInput().chain
  const attempts = ledger(...rows)
  const input = decisionInput({ policy: policyOf(strategy, narrowing, window), turn, chain, attempts })
  const decision = decide(input)
  switch (decision.kind) {
    case 'attempt':
      return `ask ${decision.model}${decision.degraded.length > 0 ? ` degraded ${decision.degraded.join(' ')}` : ''}`
    case 'wait':
      return `wait ${decision.because} for ${decision.next} ${Math.round((decision.untilMs - input.nowMs) / 1_000)}s`
    case 'repair':
      return `repair ${decision.how.repair}${decision.how.repair === 'shrink' ? ` ${decision.how.by}` : ''}`
    case 'fail':
      return `${decision.status} ${decision.problem.code} billed ${decision.billed}`
  }
}

interface Row {
  name: string
  ledger: LedgerRow[]
  strategy?: Strategy
  narrowing?: PolicyNarrowing
  window?: 'off_peak'
  leadsTo: string | RegExp
}

const minute = { quotaId: 'PerMinute', metric: null, limit: null, period: 'minute', counts: 'requests' } as const
const refused = (kind: FailureKind, more: Partial<LedgerRow> = {}): LedgerRow => ({ outcome: kind, ...more })
const on = (model: string, row: LedgerRow): LedgerRow => ({ ...row, model })
const down = times(3, refused('overloaded'))
const rest = [...times(3, on(FAST, refused('overloaded'))), ...times(3, on(OLD, refused('overloaded')))]
const unsafe = refused('blocked', { facts: { finishReason: 'IMAGE_SAFETY', promptBlocked: false } })
const maybeEmpty = refused('no_image', { billed: 'maybe', facts: { usageReported: true } })
const freeEmpty = refused('no_image', { billed: 'no' })
const expired = refused('upstream_fault', { facts: { deadlineExpired: true }, image: { size: '2K' } })
const gone = (file: string, more: Partial<LedgerRow> = {}): LedgerRow => refused('media_gone', { facts: { goneFiles: [file] }, ...more })

const TABLE: readonly Row[] = [
  { name: 'no connection: retried after a back-off', ledger: [refused('unreachable')], leadsTo: /^wait overloaded for retry 2s$/ },
  { name: 'no connection three times: the next model', ledger: times(3, refused('unreachable')), leadsTo: `ask ${FAST}` },
  { name: 'overloaded: backs off', ledger: [refused('overloaded')], leadsTo: /^wait overloaded for retry 2s$/ },
  { name: 'overloaded twice: backs off longer', ledger: times(2, refused('overloaded')), leadsTo: /^wait overloaded for retry [345]s$/ },
  { name: 'overloaded three times on one model: falls back at once', ledger: down, leadsTo: `ask ${FAST}` },
  {
    name: 'overloaded, patient: half a minute',
    ledger: [refused('overloaded')],
    window: 'off_peak',
    leadsTo: /^wait overloaded for retry (2[4-9]|3[0-6])s$/,
  },
  {
    name: 'overloaded four times, patient: still the same model',
    ledger: times(4, refused('overloaded')),
    window: 'off_peak',
    leadsTo: /^wait overloaded for retry (19\d|2\d\d)s$/,
  },
  {
    name: 'overloaded five times, patient: falls back',
    ledger: times(5, refused('overloaded')),
    window: 'off_peak',
    leadsTo: `ask ${FAST}`,
  },
  { name: 'overloaded everywhere: a second round after a pause', ledger: [...down, ...rest], leadsTo: `wait overloaded for fallback 9s` },
  { name: 'overloaded, cost: one retry', ledger: [refused('overloaded')], strategy: 'cost', leadsTo: /^wait overloaded for retry 2s$/ },
  {
    name: 'overloaded twice, cost: fails, no fallback',
    ledger: times(2, refused('overloaded')),
    strategy: 'cost',
    leadsTo: 'failed upstream_overloaded billed no',
  },
  {
    name: 'overloaded, one attempt a model asked for: the next model',
    ledger: [refused('overloaded')],
    narrowing: { attemptsPerModel: 1 },
    leadsTo: `ask ${FAST}`,
  },
  {
    name: 'overloaded everywhere, one attempt a model: fails',
    ledger: [refused('overloaded'), on(FAST, refused('overloaded')), on(OLD, refused('overloaded'))],
    narrowing: { attemptsPerModel: 1 },
    leadsTo: 'failed upstream_overloaded billed no',
  },
  {
    name: 'rate limited: waits as long as asked',
    ledger: [refused('rate_limited', { facts: { retryAfterMs: 48_000, quotas: [minute] } })],
    leadsTo: /^wait rate_limited for retry (4[89]|5[0-4])s$/,
  },
  {
    name: 'rate limited beyond the deadline: falls back',
    ledger: [refused('rate_limited', { facts: { retryAfterMs: 65_205_000 } })],
    leadsTo: `ask ${FAST}`,
  },
  {
    name: 'rate limited for hours, patient: waits',
    ledger: [refused('rate_limited', { facts: { retryAfterMs: 7_200_000 } })],
    window: 'off_peak',
    leadsTo: /^wait rate_limited for retry 72\d\ds$/,
  },
  { name: 'rate limited without a time: backs off', ledger: [refused('rate_limited')], leadsTo: /^wait rate_limited for retry 2s$/ },
  { name: 'quota used up: falls back at once', ledger: [refused('quota_exhausted')], leadsTo: `ask ${FAST}` },
  { name: 'quota used up, patient: falls back at once', ledger: [refused('quota_exhausted')], window: 'off_peak', leadsTo: `ask ${FAST}` },
  {
    name: 'quota used up everywhere: fails',
    ledger: [refused('quota_exhausted'), on(FAST, refused('quota_exhausted')), on(OLD, refused('quota_exhausted'))],
    leadsTo: 'failed upstream_quota_exhausted billed no',
  },
  {
    name: 'quota used up everywhere, patient: outwaits it',
    ledger: [refused('quota_exhausted'), on(FAST, refused('quota_exhausted')), on(OLD, refused('quota_exhausted'))],
    window: 'off_peak',
    leadsTo: /^wait quota for fallback 89\ds$/,
  },
  { name: '500: once more', ledger: [refused('upstream_fault')], leadsTo: /^wait overloaded for retry 2s$/ },
  { name: '500 twice: the next model', ledger: times(2, refused('upstream_fault')), leadsTo: `ask ${FAST}` },
  {
    name: '500 twice everywhere: fails',
    ledger: [PRO, FAST, OLD].flatMap((model) => times(2, on(model, refused('upstream_fault')))),
    leadsTo: 'failed upstream_fault billed no',
  },
  { name: '504: the next model', ledger: [expired], leadsTo: `ask ${FAST}` },
  { name: 'ambiguous: once more', ledger: [refused('ambiguous')], leadsTo: /^wait overloaded for retry 2s$/ },
  {
    name: 'ambiguous twice: outcome unknown',
    ledger: times(2, refused('ambiguous')),
    leadsTo: 'outcome_unknown outcome_unknown billed maybe',
  },
  {
    name: 'ambiguous, no resending allowed: outcome unknown',
    ledger: [refused('ambiguous')],
    narrowing: { resendAmbiguous: 0 },
    leadsTo: 'outcome_unknown outcome_unknown billed maybe',
  },
  {
    name: 'ambiguous, cost: outcome unknown',
    ledger: [refused('ambiguous')],
    strategy: 'cost',
    leadsTo: 'outcome_unknown outcome_unknown billed maybe',
  },
  { name: 'ambiguous, then refused: goes on', ledger: [refused('ambiguous'), refused('overloaded')], leadsTo: /^wait overloaded/ },
  {
    name: 'ambiguous, then no model left: still outcome unknown',
    ledger: [refused('ambiguous'), ...times(1, refused('overloaded'))],
    strategy: 'stability',
    narrowing: { attemptsPerModel: 1 },
    leadsTo: `ask ${FAST}`,
  },
  {
    name: 'ambiguous twice under an older policy, then refused: nothing goes out',
    ledger: [...times(2, refused('ambiguous')), refused('overloaded')],
    leadsTo: 'outcome_unknown outcome_unknown billed maybe',
  },
  { name: 'a file is gone: uploaded again', ledger: [gone('a')], leadsTo: 'repair media' },
  { name: 'another file is gone after that: uploaded too', ledger: [gone('a', { next: 'repair' }), gone('b')], leadsTo: 'repair media' },
  {
    name: 'the same file is gone again: rejected',
    ledger: [gone('a', { next: 'repair' }), gone('a')],
    leadsTo: 'failed upstream_rejected billed no',
  },
  { name: 'files repaired: the same request at once', ledger: [gone('a', { next: 'repair' })], leadsTo: `ask ${PRO}` },
  { name: 'some file is gone, unnamed: all uploaded', ledger: [refused('media_gone')], leadsTo: 'repair media' },
  {
    name: 'some file is gone once more: rejected',
    ledger: [refused('media_gone', { next: 'repair' }), refused('media_gone')],
    leadsTo: 'failed upstream_rejected billed no',
  },
  { name: 'signature rejected: re-packed', ledger: [refused('signature_rejected')], leadsTo: 'repair repack' },
  {
    name: 'signature rejected again: rejected',
    ledger: [refused('signature_rejected', { next: 'repair' }), refused('signature_rejected')],
    leadsTo: 'failed upstream_rejected billed no',
  },
  { name: 'too large: by the Files API', ledger: [refused('too_large')], leadsTo: 'repair shrink files' },
  {
    name: 'still too large: windowed',
    ledger: [refused('too_large', { next: 'repair' }), refused('too_large')],
    leadsTo: 'repair shrink window',
  },
  {
    name: 'too large even so: rejected',
    ledger: [...times(2, refused('too_large', { next: 'repair' })), refused('too_large')],
    leadsTo: 'failed upstream_rejected billed no',
  },
  {
    name: 'rejected: fails now',
    ledger: [refused('rejected', { facts: { rejection: 'key' } })],
    leadsTo: 'failed upstream_rejected billed no',
  },
  {
    name: 'model unknown, no successor: the next model',
    ledger: [refused('rejected', { facts: { rejection: 'model' } })],
    leadsTo: `ask ${FAST}`,
  },
  { name: 'output filter: the same prompt once more', ledger: [unsafe], leadsTo: `ask ${PRO}` },
  { name: 'output filter twice: content blocked', ledger: times(2, unsafe), leadsTo: 'failed content_blocked billed no' },
  {
    name: 'prompt blocked: fails now',
    ledger: [refused('blocked', { facts: { promptBlocked: true, blockReason: 'IMAGE_SAFETY' } })],
    leadsTo: 'failed content_blocked billed no',
  },
  {
    name: 'prohibited content: fails now',
    ledger: [refused('blocked', { facts: { finishReason: 'PROHIBITED_CONTENT' } })],
    leadsTo: 'failed content_blocked billed no',
  },
  {
    name: 'a block nobody knows: fails now',
    ledger: [refused('blocked', { facts: { finishReason: 'NEW_POLICY' } })],
    leadsTo: 'failed content_blocked billed no',
  },
  { name: 'no image: once more', ledger: [freeEmpty], leadsTo: `ask ${PRO}` },
  { name: 'no image twice: fails', ledger: times(2, freeEmpty), leadsTo: 'failed no_image billed no' },
  { name: 'no image with usage: once more, at the cost of resending', ledger: [maybeEmpty], leadsTo: `ask ${PRO}` },
  {
    name: 'no image with usage, no resending allowed: fails',
    ledger: [maybeEmpty],
    narrowing: { resendAmbiguous: 0 },
    leadsTo: 'failed no_image billed maybe',
  },
  {
    name: 'no image with usage after an ambiguous attempt: fails',
    ledger: [refused('ambiguous'), maybeEmpty],
    leadsTo: 'failed no_image billed maybe',
  },
  { name: 'no image, policy fail', ledger: [freeEmpty], narrowing: { onNoImage: 'fail' }, leadsTo: 'failed no_image billed no' },
  { name: 'no image, policy fallback: the next model', ledger: [freeEmpty], narrowing: { onNoImage: 'fallback' }, leadsTo: `ask ${FAST}` },
  {
    name: 'no image, policy fallback, no model left',
    ledger: [PRO, FAST, OLD].map((model) => on(model, freeEmpty)),
    narrowing: { onNoImage: 'fallback' },
    leadsTo: 'failed no_image billed no',
  },
  { name: 'canceled: never another attempt', ledger: [refused('canceled')], leadsTo: 'canceled canceled billed maybe' },
]

describe('every failure leads to what the table says', () => {
  it.each(TABLE)('$name', ({ ledger: rows, strategy = 'quality', narrowing = {}, window = null, leadsTo }) => {
    expect(inShort(rows, strategy, narrowing, window)).toEqual(typeof leadsTo === 'string' ? leadsTo : expect.stringMatching(leadsTo))
  })
})

describe('what is written on the failed attempt', () => {
  it('names the wait decided on, from the end of the attempt', () => {
    const input = decisionInput({ attempts: ledger(refused('rate_limited', { facts: { retryAfterMs: 30_000 } })) })
    const note = explainNext(decide(input), input.nowMs)
    expect(note.next).toBe('retry')
    expect(note.waitMs).toBeGreaterThanOrEqual(30_000)
  })

  it('names the fallback, and why the model before it was left', () => {
    const input = decisionInput({ attempts: ledger(...down) })
    expect(explainNext(decide(input), input.nowMs)).toEqual({ next: 'fallback', waitMs: 0, passedOver: [] })
    const again = decisionInput({ attempts: ledger(...down, ...times(3, on(FAST, refused('overloaded')))) })
    expect(explainNext(decide(again), again.nowMs).next).toBe('fallback')
  })
})
