import { describe, expect, it } from 'vitest'
import { InvalidOverlay } from '../../src/domain/invalid-overlay.ts'
import { loadPolicy, narrowPolicy, turnPolicy } from '../../src/engine/policy.ts'

function refusal(overlay: unknown): string {
  try {
    loadPolicy(overlay)
  } catch (error) {
    if (error instanceof InvalidOverlay) return error.message
    throw error
  }
  return 'accepted'
}

describe('what ships', () => {
  it('is the table of engine.md', () => {
    const { interactive, patient } = loadPolicy(undefined)
    expect(interactive).toMatchObject({ backoffBaseMs: 2_000, backoffCapMs: 30_000, backoffJitter: 0.2, attemptsPerModel: 3 })
    expect(interactive).toMatchObject({ deadlineMs: 600_000, deadline4kMs: 900_000, minimumSliceMs: 30_000, resendAmbiguous: 1 })
    expect(patient).toMatchObject({ backoffBaseMs: 30_000, backoffCapMs: 300_000, attemptsPerModel: 5, deadlineMs: 86_400_000 })
  })

  it('cannot be changed by anyone', () => {
    const policies = loadPolicy({})
    expect(() => Object.assign(policies.breaker, { openShare: 1 })).toThrow(TypeError)
    expect(Object.isFrozen(policies.calendar.riskHoursUtc)).toBe(true)
  })
})

describe('an overlay', () => {
  it('changes what it names and nothing else', () => {
    const policies = loadPolicy({ interactive: { attemptsPerModel: 2 }, strategies: { cost: { fallback: true } } })
    expect(policies.interactive.attemptsPerModel).toBe(2)
    expect(policies.interactive.backoffBaseMs).toBe(2_000)
    expect(policies.strategies.cost).toEqual({ attemptsPerModelMax: 2, roundsMin: 1, resendAmbiguousMax: 0, fallback: true })
    expect(policies.patient).toEqual(loadPolicy(undefined).patient)
  })

  it('is refused with the path of every bad field', () => {
    expect(refusal({ interactive: { attemptsPerModel: 0 } })).toContain('ENGINE_POLICY: interactive.attemptsPerModel: ')
    expect(refusal({ breaker: { openShare: 30 }, strategies: { quality: { roundsMin: 'x' } } }).split('\n')).toHaveLength(2)
    expect(refusal({ calendar: { riskHoursUtc: [[25, 3]] } })).toContain('calendar.riskHoursUtc.0.0')
    expect(refusal([])).toBe('ENGINE_POLICY: must be an object, not an array')
  })

  it('is refused for a field nobody knows, however deep', () => {
    expect(refusal({ interactive: { retries: 3 } })).toBe('ENGINE_POLICY: interactive.retries: there is no such field')
    expect(refusal({ retryBudgets: {} })).toBe('ENGINE_POLICY: retryBudgets: there is no such field')
  })
})

describe('strategies', () => {
  const policies = loadPolicy(undefined)

  it('cost retries once, falls back to nobody, and sends nothing twice that may be billed', () => {
    expect(turnPolicy(policies, null, 'cost')).toMatchObject({ attemptsPerModel: 2, rounds: 1, fallback: false, resendAmbiguous: 0 })
  })

  it('the others keep what their mode says', () => {
    expect(turnPolicy(policies, null, 'quality')).toMatchObject({ attemptsPerModel: 3, fallback: true, resendAmbiguous: 1 })
    expect(turnPolicy(policies, 'off_peak', 'stability')).toMatchObject({ attemptsPerModel: 5, rounds: 48, fallback: true })
  })
})

describe('narrowing', () => {
  const policy = turnPolicy(loadPolicy(undefined), null, 'quality')

  it('lowers numbers and never raises them', () => {
    expect(narrowPolicy(policy, { resendAmbiguous: 0 }, { resendAmbiguous: 1 }).resendAmbiguous).toBe(0)
    expect(narrowPolicy({ ...policy, resendAmbiguous: 0 }, {}, { resendAmbiguous: 1 }).resendAmbiguous).toBe(0)
    expect(narrowPolicy(policy, { attemptsPerModel: 9 }, {}).attemptsPerModel).toBe(3)
    expect(narrowPolicy(policy, { attemptsPerModel: 2 }, { attemptsPerModel: 1 }).attemptsPerModel).toBe(1)
  })

  it('a caller who names attempts means the whole turn: no second round', () => {
    expect(policy.rounds).toBe(2)
    expect(narrowPolicy(policy, {}, { attemptsPerModel: 3 }).rounds).toBe(1)
  })

  it('fail on no image is final; between the other two the turn chooses', () => {
    expect(narrowPolicy(policy, { onNoImage: 'fail' }, { onNoImage: 'fallback' }).onNoImage).toBe('fail')
    expect(narrowPolicy({ ...policy, onNoImage: 'fail' }, {}, { onNoImage: 'fallback' }).onNoImage).toBe('fail')
    expect(narrowPolicy(policy, { onNoImage: 'fallback' }, {}).onNoImage).toBe('fallback')
    expect(narrowPolicy(policy, { onNoImage: 'fallback' }, { onNoImage: 'retry_once' }).onNoImage).toBe('retry_once')
  })

  it('lets degrade only what everyone who spoke allows', () => {
    expect(narrowPolicy(policy, {}, {}).allowDegraded).toEqual([])
    expect(narrowPolicy(policy, {}, { allowDegraded: ['size'] }).allowDegraded).toEqual(['size'])
    expect(narrowPolicy(policy, { allowDegraded: ['size'] }, { allowDegraded: ['size', 'references'] }).allowDegraded).toEqual(['size'])
    expect(narrowPolicy({ ...policy, degradable: [] }, {}, { allowDegraded: ['size'] }).allowDegraded).toEqual([])
  })
})
