import { describe, expect, it } from 'vitest'
import type { EndpointLimits } from '../../src/domain/endpoint.ts'
import type { QuotaViolation } from '../../src/domain/failure.ts'
import { type QuotaState, quotaVerdict, reduceQuota, slotMs, UNUSED_QUOTA } from '../../src/engine/quota.ts'
import { POLICIES } from './a-turn.ts'

const policy = POLICIES.quota
const NOON_MS = Date.parse('2026-11-03T20:00:00Z')
const MIDNIGHT_MS = Date.parse('2026-11-04T08:00:00Z')

function reserved(state: QuotaState, limits: EndpointLimits, nowMs: number, tokens = 0): QuotaState {
  return reduceQuota(state, { type: 'reserved', need: { images: 1, tokens } }, limits, policy, nowMs)
}

function refused(state: QuotaState, violation: Partial<QuotaViolation>, retryAfterMs: number | null = null): QuotaState {
  const quota: QuotaViolation = { quotaId: 'q', metric: null, limit: null, period: 'minute', counts: 'requests', ...violation }
  return reduceQuota(state, { type: 'refused', facts: { quotas: [quota], retryAfterMs } }, {}, policy, NOON_MS)
}

/** How many requests pass in a minute when one is tried every 100 ms. */
function passedInAMinute(limits: EndpointLimits, tokens = 0): number {
  let state = UNUSED_QUOTA
  let passed = 0
  for (let nowMs = NOON_MS; nowMs < NOON_MS + 60_000; nowMs += 100) {
    if (!quotaVerdict(state, limits, policy, nowMs).ok) continue
    state = reserved(state, limits, nowMs, tokens)
    passed += 1
  }
  return passed
}

describe('limits per minute', () => {
  it('are smoothed: ten a minute are one in six seconds', () => {
    const limits = { rpm: 10 }
    const once = reserved(UNUSED_QUOTA, limits, NOON_MS)
    expect(quotaVerdict(once, limits, policy, NOON_MS + 5_999)).toEqual({ ok: false, period: 'minute', untilMs: NOON_MS + 6_000 })
    expect(quotaVerdict(once, limits, policy, NOON_MS + 6_000)).toEqual({ ok: true })
    expect(passedInAMinute(limits)).toBe(10)
  })

  it('hold for images and tokens as well, and the tightest decides', () => {
    expect(passedInAMinute({ rpm: 100, ipm: 5 })).toBe(5)
    expect(passedInAMinute({ rpm: 100, tpm: 40_000 }, 20_000)).toBe(2)
    expect(slotMs(UNUSED_QUOTA, { rpm: 20, ipm: 10 }, policy, NOON_MS)).toBe(6_000)
  })

  it('do not hold where none are known', () => {
    expect(passedInAMinute({})).toBe(600)
  })

  it('are settled by what the upstream counted', () => {
    const limits = { tpm: 60_000 }
    const once = reserved(UNUSED_QUOTA, limits, NOON_MS, 10_000)
    const settled = reduceQuota(once, { type: 'counted', tokensMore: -6_000 }, limits, policy, NOON_MS)
    expect(quotaVerdict(settled, limits, policy, NOON_MS + 3_999).ok).toBe(false)
    expect(quotaVerdict(settled, limits, policy, NOON_MS + 4_000).ok).toBe(true)
  })

  it('are given back for an attempt that was never sent', () => {
    const limits = { rpm: 10, rpd: 1 }
    const once = reserved(UNUSED_QUOTA, limits, NOON_MS)
    const back = reduceQuota(once, { type: 'released', need: { images: 1, tokens: 0 } }, limits, policy, NOON_MS + 10)
    expect(quotaVerdict(back, limits, policy, NOON_MS + 10).ok).toBe(true)
  })
})

describe('limits per day', () => {
  it('hold until midnight Pacific, then begin anew', () => {
    const limits = { rpd: 2 }
    const spent = reserved(reserved(UNUSED_QUOTA, limits, NOON_MS), limits, NOON_MS)
    expect(quotaVerdict(spent, limits, policy, NOON_MS)).toEqual({ ok: false, period: 'day', untilMs: MIDNIGHT_MS })
    expect(quotaVerdict(spent, limits, policy, MIDNIGHT_MS)).toEqual({ ok: true })
    const next = reserved(spent, limits, MIDNIGHT_MS)
    expect(next.day.requests).toBe(1)
  })
})

describe('what refusals teach', () => {
  it('a limit per minute: it is kept from then on, after the wait the upstream named', () => {
    const taught = refused(UNUSED_QUOTA, { limit: 10 }, 34_400)
    expect(quotaVerdict(taught, {}, policy, NOON_MS)).toEqual({ ok: false, period: 'minute', untilMs: NOON_MS + 34_400 })
    expect(slotMs(taught, {}, policy, NOON_MS)).toBe(6_000)
  })

  it('that it is lower than configured; a higher one changes nothing', () => {
    expect(slotMs(refused(UNUSED_QUOTA, { limit: 10 }), { rpm: 60 }, policy, NOON_MS)).toBe(6_000)
    expect(slotMs(refused(UNUSED_QUOTA, { limit: 100 }), { rpm: 60 }, policy, NOON_MS)).toBe(1_000)
  })

  it('for a while: tiers change', () => {
    expect(slotMs(refused(UNUSED_QUOTA, { limit: 10 }), {}, policy, NOON_MS + policy.learnedForMs + 1)).toBe(0)
  })

  it('a quota of a day, or of zero, is spent until midnight', () => {
    for (const violation of [{ period: 'day', limit: 250 }, { limit: 0 }] as const) {
      const taught = refused(UNUSED_QUOTA, violation, 38_000)
      expect(quotaVerdict(taught, {}, policy, NOON_MS + 40_000)).toEqual({ ok: false, period: 'day', untilMs: MIDNIGHT_MS })
      expect(quotaVerdict(taught, {}, policy, MIDNIGHT_MS).ok).toBe(true)
    }
  })

  it('nothing, where no quota is named: others may still go', () => {
    expect(refused(UNUSED_QUOTA, {}, 30_000)).toEqual(UNUSED_QUOTA)
  })
})
