import { describe, expect, it } from 'vitest'
import { decide } from '../../src/engine/decide.ts'
import { decisionInput, FAST, ledger, PRO, policyOf, START_MS, turnFacts } from './a-turn.ts'

const HOUR_MS = 3_600_000
/** Monday 2026-11-02, in UTC. */
const at = (hour: number): number => START_MS + (hour - 7) * HOUR_MS

const unstarted = { deadlineAtMs: null, startedAtMs: null }

describe('the deadline', () => {
  it('begins with the first decision that is not a wait before the start', () => {
    const input = decisionInput({ turn: turnFacts(unstarted) })
    expect(decide(input).deadlineAtMs).toBe(START_MS + 600_000)
    const large = decisionInput({ turn: turnFacts({ ...unstarted, image: { size: '4K' } }) })
    expect(decide(large).deadlineAtMs).toBe(START_MS + 900_000)
  })

  it('is the shorter one of policy and caller', () => {
    const shorter = decisionInput({ turn: turnFacts({ ...unstarted, askedDeadlineMs: 60_000 }) })
    expect(decide(shorter).deadlineAtMs).toBe(START_MS + 60_000)
    const longer = decisionInput({ turn: turnFacts({ ...unstarted, askedDeadlineMs: 6_000_000 }) })
    expect(decide(longer).deadlineAtMs).toBe(START_MS + 600_000)
  })

  it('lets no attempt begin that cannot have 30 s', () => {
    const attempts = ledger({ outcome: 'overloaded' })
    const barely = decisionInput({ attempts, nowMs: START_MS + 570_000 })
    expect(decide(barely)).toMatchObject({ kind: 'attempt', timeoutMs: 30_000 })
    const late = decisionInput({ attempts, nowMs: START_MS + 570_001 })
    expect(decide(late)).toMatchObject({ kind: 'fail', problem: { code: 'upstream_overloaded' } })
  })

  it('asks a quarter of itself when it is shorter than that', () => {
    const turn = turnFacts({ askedDeadlineMs: 8_000, deadlineAtMs: START_MS + 8_000 })
    const attempts = ledger({ outcome: 'overloaded' })
    expect(decide(decisionInput({ turn, attempts, nowMs: START_MS + 6_000 }))).toMatchObject({ kind: 'attempt', timeoutMs: 2_000 })
    expect(decide(decisionInput({ turn, attempts, nowMs: START_MS + 6_001 }))).toMatchObject({ kind: 'fail' })
  })

  it('cuts the timeout of an attempt', () => {
    expect(decide(decisionInput())).toMatchObject({ timeoutMs: 300_000 })
    expect(decide(decisionInput({ nowMs: START_MS + 400_000 }))).toMatchObject({ timeoutMs: 200_000 })
  })

  it('ends an ambiguous turn as unknown, not as failed', () => {
    const attempts = ledger({ outcome: 'ambiguous' })
    const decision = decide(decisionInput({ attempts, nowMs: START_MS + 599_000 }))
    expect(decision).toMatchObject({ kind: 'fail', status: 'outcome_unknown', billed: 'maybe' })
  })

  it('ends a turn that could never be asked with what stood in its way', () => {
    const waiting = turnFacts({ waitReason: 'breaker', waitingUntilMs: START_MS + 590_000 })
    expect(decide(decisionInput({ turn: waiting, nowMs: START_MS + 590_000 }))).toMatchObject({ problem: { code: 'upstream_overloaded' } })
    expect(decide(decisionInput({ nowMs: START_MS + 590_000 }))).toMatchObject({ problem: { code: 'deadline_exceeded' } })
  })

  it('leaves no time for a repair either', () => {
    const attempts = ledger({ outcome: 'too_large' })
    expect(decide(decisionInput({ attempts, nowMs: START_MS + 580_000 }))).toMatchObject({ kind: 'fail' })
  })
})

describe('cancel', () => {
  it('is final, whatever the ledger says', () => {
    for (const attempts of [[], ledger({ outcome: 'overloaded' }), ledger({ outcome: 'media_gone' })]) {
      const decision = decide(decisionInput({ attempts, turn: turnFacts({ cancelRequested: true }) }))
      expect(decision).toMatchObject({ kind: 'fail', status: 'canceled', billed: 'no' })
    }
  })

  it('is honest about an attempt in flight', () => {
    const [row] = ledger({ outcome: 'overloaded' })
    const attempts = row === undefined ? [] : [{ ...row, outcome: null, endedAtMs: null }]
    expect(decide(decisionInput({ attempts, turn: turnFacts({ cancelRequested: true }) }))).toMatchObject({ billed: 'maybe' })
  })
})

describe('the start', () => {
  it('waits for notBefore, and the deadline with it', () => {
    const turn = turnFacts({ ...unstarted, notBeforeMs: START_MS + 5_000 })
    expect(decide(decisionInput({ turn }))).toMatchObject({
      kind: 'wait',
      because: 'not_before',
      untilMs: START_MS + 5_000,
      deadlineAtMs: null,
    })
    expect(decide(decisionInput({ turn, nowMs: START_MS + 5_000 }))).toMatchObject({ kind: 'attempt', deadlineAtMs: START_MS + 605_000 })
  })

  it('of an off-peak turn waits for the end of the risk, or for a preferred hour that is near', () => {
    const turn = turnFacts({ ...unstarted, window: 'off_peak' })
    const policy = policyOf('quality', {}, 'off_peak')
    const start = (hour: number) => decide(decisionInput({ turn, policy, nowMs: at(hour) }))
    expect(start(12)).toMatchObject({ kind: 'wait', because: 'off_peak', untilMs: at(18) })
    expect(start(1)).toMatchObject({ kind: 'wait', because: 'off_peak', untilMs: at(3) })
    expect(start(4)).toMatchObject({ kind: 'attempt', deadlineAtMs: at(28) })
    expect(start(7)).toMatchObject({ kind: 'attempt' })
  })

  it('is not taken back when an hour of risk begins', () => {
    const turn = turnFacts({ window: 'off_peak', deadlineAtMs: at(31), notBeforeMs: at(20) })
    expect(decide(decisionInput({ turn, policy: policyOf('quality', {}, 'off_peak'), nowMs: at(12) }))).toMatchObject({ kind: 'attempt' })
  })

  it('is on the second model in hours of risk, if the policy says so', () => {
    const careful = { ...policyOf('quality'), peakStart: 'fallback' as const }
    const noon = { nowMs: at(12), turn: turnFacts(unstarted) }
    expect(decide(decisionInput({ policy: careful, ...noon }))).toMatchObject({ model: FAST, fallback: true })
    expect(decide(decisionInput({ policy: careful }))).toMatchObject({ model: PRO, fallback: false })
    expect(decide(decisionInput(noon))).toMatchObject({ model: PRO })
  })
})

describe('a crash', () => {
  it('in mid-attempt leaves an ambiguous one', () => {
    const [row] = ledger({ outcome: 'overloaded' })
    const open = row === undefined ? [] : [{ ...row, outcome: null, endedAtMs: null }]
    const policy = policyOf('quality', { resendAmbiguous: 0 })
    expect(decide(decisionInput({ attempts: open, policy }))).toMatchObject({ kind: 'fail', status: 'outcome_unknown', billed: 'maybe' })
  })

  it('changes no decision: the same rows lead to the same one', () => {
    const input = decisionInput({
      attempts: ledger({ outcome: 'overloaded' }, { outcome: 'rate_limited', facts: { retryAfterMs: 9_000 } }),
    })
    expect(decide(structuredClone(input))).toEqual(decide(input))
  })
})
