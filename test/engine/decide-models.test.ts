import { describe, expect, it } from 'vitest'
import { decide } from '../../src/engine/decide.ts'
import type { Decision, DecisionInput } from '../../src/engine/decision.ts'
import { chainOf, linkTo } from '../simulation/chains.ts'
import { decisionInput, downSince, FAST, ledger, OLD, PRO, policyOf, START_MS, stateAfter, times, turnFacts } from './a-turn.ts'

const key = (model: string): string => `gemini/${model}`

function modelOf(decision: Decision): string | null {
  return decision.kind === 'attempt' ? decision.model : null
}

describe('capabilities', () => {
  const long = turnFacts({ image: { aspectRatio: '1:8', size: '4K' } })

  it('a model that lacks the ratio is passed over, and that is said', () => {
    expect(decide(decisionInput({ turn: long }))).toMatchObject({
      model: FAST,
      fallback: true,
      degraded: [],
      passedOver: [{ model: PRO, because: 'capability' }],
    })
  })

  it('it is used without the ratio where that is allowed, and that is said too', () => {
    const policy = policyOf('quality', { allowDegraded: ['aspectRatio'] })
    expect(decide(decisionInput({ turn: long, policy }))).toMatchObject({
      model: PRO,
      image: { size: '4K', aspectRatio: undefined },
      degraded: ['aspectRatio'],
    })
  })

  it('what no model of the chain can do was asked of none, and the turn says so', () => {
    const turn = turnFacts({ referenceImages: 5 })
    const decision = decide(decisionInput({ turn, chain: chainOf([OLD]) }))
    expect(decision).toMatchObject({
      kind: 'fail',
      problem: { code: 'upstream_rejected', detail: expect.stringMatching(/^No model of the chain can do what is asked/) },
    })
  })

  it('too many references lead past a model, or are cut', () => {
    const turn = turnFacts({ referenceImages: 5 })
    const chain = chainOf([OLD, PRO])
    expect(modelOf(decide(decisionInput({ turn, chain })))).toBe(PRO)
    const policy = policyOf('quality', { allowDegraded: ['references'] })
    expect(decide(decisionInput({ turn, chain, policy }))).toMatchObject({ model: OLD, degraded: ['references'] })
  })

  it('where no model can, the turn fails and says what would help', () => {
    const chain = chainOf([OLD])
    expect(decide(decisionInput({ turn: long, chain }))).toMatchObject({ kind: 'fail', problem: { code: 'upstream_rejected' } })
  })

  it('after a 504 one size smaller is asked for, once, where that is allowed', () => {
    const policy = policyOf('quality', { allowDegraded: ['size'] })
    const turn = turnFacts({ image: { size: '4K' } })
    const expired = { outcome: 'upstream_fault', facts: { deadlineExpired: true } } as const
    const once = decisionInput({ policy, turn, attempts: ledger(expired), nowMs: START_MS + 10_000 })
    expect(decide(once)).toMatchObject({ model: PRO, image: { size: '2K' }, degraded: ['size'] })
    const twice = decisionInput({ policy, turn, attempts: ledger(expired, expired), nowMs: START_MS + 20_000 })
    expect(decide(twice)).toMatchObject({ model: FAST, image: { size: '4K' }, degraded: [] })
  })
})

describe('retired models', () => {
  it('a 404 leads to the successor, then to the next of the chain', () => {
    const chain = [linkTo('gemini-3.1-flash-image'), linkTo(OLD)]
    const unknown = (model: string) => ({ outcome: 'rejected', model, facts: { rejection: 'model' } }) as const
    const once = decisionInput({ chain, attempts: ledger(unknown('gemini-3.1-flash-image')) })
    expect(decide(once)).toMatchObject({ model: FAST, fallback: true })
    const twice = decisionInput({ chain, attempts: ledger(unknown('gemini-3.1-flash-image'), unknown(FAST)) })
    expect(modelOf(decide(twice))).toBe(OLD)
  })

  it('with nobody left the rejection is told', () => {
    const chain = chainOf([PRO])
    const attempts = ledger({ outcome: 'rejected', facts: { rejection: 'model' }, message: 'models/x is not found' })
    const decision = decide(decisionInput({ chain, attempts }))
    expect(decision).toMatchObject({ kind: 'fail', problem: { code: 'upstream_rejected' } })
    expect(decision.kind === 'fail' && decision.problem.detail).toContain('choose other models')
  })
})

describe('degraded mode', () => {
  const down = { [key(PRO)]: downSince(START_MS) }

  it('turns start on the second model while the first is out', () => {
    expect(decide(decisionInput({ states: down }))).toMatchObject({
      model: FAST,
      fallback: true,
      reserve: { kind: 'first' },
      passedOver: [{ model: PRO, because: 'breaker' }],
    })
  })

  it('one turn probes when the cool-down is over', () => {
    expect(decide(decisionInput({ states: down, nowMs: START_MS + 60_000 }))).toMatchObject({ model: PRO, reserve: { kind: 'probe' } })
  })

  it('with every model down a turn waits for the first cool-down to end', () => {
    const states = { [key(PRO)]: downSince(START_MS + 20_000), [key(FAST)]: downSince(START_MS), [key(OLD)]: downSince(START_MS + 5_000) }
    const decision = decide(decisionInput({ states, nowMs: START_MS + 21_000 }))
    expect(decision).toMatchObject({ kind: 'wait', because: 'breaker', untilMs: START_MS + 60_000 })
  })

  it('a strained model is asked through its open breaker, but only when no other is left', () => {
    const half = times(6, { outcome: 'overloaded' }).flatMap(() => ['overloaded', 'succeeded'] as const)
    const strained = stateAfter(half, START_MS)
    const others = { [key(FAST)]: downSince(START_MS), [key(OLD)]: downSince(START_MS) }
    expect(decide(decisionInput({ states: { ...others, [key(PRO)]: strained } }))).toMatchObject({
      model: PRO,
      reserve: { throughOpen: true },
    })
    expect(modelOf(decide(decisionInput({ states: { [key(PRO)]: strained } })))).toBe(FAST)
  })

  it('beyond the deadline there is no waiting: the turn fails and says when to come back', () => {
    const chain = chainOf([PRO])
    const turn = turnFacts({ askedDeadlineMs: 40_000, deadlineAtMs: START_MS + 40_000 })
    const decision = decide(decisionInput({ chain, turn, states: down }))
    expect(decision).toMatchObject({ kind: 'fail', problem: { code: 'upstream_overloaded', retryAfterMs: 60_000 } })
  })
})

describe('the retry budget', () => {
  /** A model whose budget was spent by others' retries. */
  function spent(): DecisionInput['states'] {
    const state = stateAfter([], START_MS)
    return { [key(PRO)]: { ...state, retryBudget: { slices: [[START_MS, 0, 10]] } } }
  }
  const attempts = ledger({ outcome: 'overloaded' })
  const nowMs = START_MS + 5_000

  it('refused means the next model, and the ledger is told', () => {
    const decision = decide(decisionInput({ states: spent(), attempts, nowMs }))
    expect(decision).toMatchObject({ model: FAST, reserve: { kind: 'fallback' }, passedOver: [{ model: PRO, because: 'retry_budget' }] })
  })

  it('refused with no model left means waiting', () => {
    const decision = decide(decisionInput({ states: spent(), attempts, nowMs, chain: chainOf([PRO]) }))
    expect(decision).toMatchObject({ kind: 'wait', because: 'overloaded', next: 'retry' })
    expect(decision.kind === 'wait' && decision.untilMs).toBeLessThanOrEqual(nowMs + 10_000)
  })

  it('is no matter for a fallback', () => {
    const spentElsewhere = { [key(FAST)]: spent()[key(PRO)] ?? stateAfter([], START_MS) }
    const refused = ledger(...times(3, { outcome: 'overloaded' }))
    expect(decide(decisionInput({ states: spentElsewhere, attempts: refused }))).toMatchObject({
      model: FAST,
      reserve: { kind: 'fallback' },
    })
  })

  it('is no matter for a repaired request', () => {
    const repaired = ledger({ outcome: 'media_gone', next: 'repair', facts: { goneFiles: ['a'] } })
    expect(decide(decisionInput({ states: spent(), attempts: repaired }))).toMatchObject({ model: PRO, reserve: { kind: 'first' } })
  })
})

describe('a wait the upstream asked for', () => {
  const asked = { outcome: 'rate_limited', facts: { retryAfterMs: 120_000 } } as const

  it('is kept when the turn comes back to the model after a fallback', () => {
    const rows = [asked, ...times(3, { outcome: 'overloaded', model: FAST }), ...times(3, { outcome: 'overloaded', model: OLD })]
    const decision = decide(decisionInput({ attempts: ledger(...rows), nowMs: START_MS + 30_000 }))
    expect(decision).toMatchObject({ kind: 'wait', next: 'fallback' })
    expect(decision.kind === 'wait' && decision.untilMs).toBeGreaterThanOrEqual(START_MS + 121_000)
  })

  it('keeps nobody from a model that is free', () => {
    const rows = [asked, { outcome: 'overloaded', model: FAST } as const, ...times(3, { outcome: 'overloaded', model: OLD })]
    const decision = decide(decisionInput({ attempts: ledger(...rows), nowMs: START_MS + 30_000 }))
    expect(decision).toMatchObject({ model: FAST, passedOver: [{ model: PRO, because: 'waiting' }] })
  })

  it('binds another endpoint of the same project', () => {
    const [first] = chainOf([PRO])
    const chain = first === undefined ? [] : [first, { ...first, endpoint: { ...first.endpoint, id: 'second-key' } }]
    const policy = policyOf('quality', { attemptsPerModel: 1 })
    const decision = decide(decisionInput({ chain, policy, attempts: ledger(asked) }))
    expect(decision.kind === 'wait' && decision.untilMs).toBeGreaterThanOrEqual(START_MS + 121_000)
  })
})

describe('a known quota', () => {
  const limited = chainOf([PRO, FAST], { rpm: 10 })
  const busy = (untilMs: number) => {
    const state = stateAfter([], START_MS)
    return { ...state, quota: { ...state.quota, dueAtMs: { ...state.quota.dueAtMs, rpm: untilMs } } }
  }

  it('is waited for before a 429 happens', () => {
    const decision = decide(decisionInput({ chain: limited, states: { [key(PRO)]: busy(START_MS + 6_000) } }))
    expect(decision).toMatchObject({ kind: 'wait', because: 'quota', untilMs: START_MS + 6_000, line: { stateKey: key(PRO) } })
  })

  it('leads to the next model when the slot is too far off', () => {
    const decision = decide(decisionInput({ chain: limited, states: { [key(PRO)]: busy(START_MS + 61_000) } }))
    expect(decision).toMatchObject({ model: FAST, passedOver: [{ model: PRO, because: 'quota' }] })
  })

  it('of a day that is spent leads to the next model, and is outwaited only by patient turns', () => {
    const state = stateAfter([], START_MS)
    const spentUntilMs = START_MS + 3_600_000
    const states = { [key(PRO)]: { ...state, quota: { ...state.quota, spentUntilMs } } }
    expect(modelOf(decide(decisionInput({ states })))).toBe(FAST)
    const alone = { states, chain: chainOf([PRO]) }
    expect(decide(decisionInput(alone))).toMatchObject({ kind: 'fail', problem: { code: 'upstream_quota_exhausted' } })
    const patient = { policy: policyOf('quality', {}, 'off_peak'), turn: turnFacts({ deadlineAtMs: START_MS + 86_400_000 }) }
    expect(decide(decisionInput({ ...alone, ...patient }))).toMatchObject({ kind: 'wait', because: 'quota', untilMs: spentUntilMs })
  })
})

describe('repairs made', () => {
  it('are part of every later request of the turn', () => {
    const attempts = ledger(
      { outcome: 'signature_rejected', next: 'repair' },
      { outcome: 'too_large', next: 'repair' },
      { outcome: 'quota_exhausted' },
    )
    expect(decide(decisionInput({ attempts }))).toMatchObject({ model: FAST, repairs: { repack: true, shrink: 'files' } })
  })

  it('cost no attempts', () => {
    const rows = ['a', 'b', 'c'].map((file) => ({ outcome: 'media_gone', next: 'repair', facts: { goneFiles: [file] } }) as const)
    expect(modelOf(decide(decisionInput({ attempts: ledger(...rows) })))).toBe(PRO)
  })

  it('window at once where the endpoint has no Files API', () => {
    const chain = chainOf([PRO]).map((link) => ({ ...link, endpoint: { ...link.endpoint, files: false } }))
    expect(decide(decisionInput({ chain, attempts: ledger({ outcome: 'too_large' }) }))).toMatchObject({
      how: { repair: 'shrink', by: 'window' },
    })
    const done = ledger({ outcome: 'too_large', next: 'repair' })
    expect(decide(decisionInput({ chain, attempts: done }))).toMatchObject({ kind: 'attempt', repairs: { shrink: 'window' } })
    const again = ledger({ outcome: 'too_large', next: 'repair' }, { outcome: 'too_large' })
    expect(decide(decisionInput({ chain, attempts: again }))).toMatchObject({ kind: 'fail' })
  })

  it('are bounded, however many files an upstream invents', () => {
    const rows = Array.from({ length: 10 }, (_, n) => ({ outcome: 'media_gone', next: 'repair', facts: { goneFiles: [`f${n}`] } }) as const)
    const last = { outcome: 'media_gone', facts: { goneFiles: ['another'] } } as const
    expect(decide(decisionInput({ attempts: ledger(...rows, last) }))).toMatchObject({
      kind: 'fail',
      problem: { code: 'upstream_rejected' },
    })
  })
})
