/**
 * Every number the engine goes by: default, bounds and reason in one place (engine.md). `ENGINE_POLICY` lays over it;
 * docs/engine.md lists it and a test keeps the two equal.
 */
import { z } from 'zod'
import { DEGRADABLE } from '../domain/session.ts'

const DAY_MS = 86_400_000

function whole(value: number, min: number, max: number, reason: string) {
  return z.int().min(min).max(max).default(value).describe(reason)
}

function share(value: number, max: number, reason: string) {
  return z.number().min(0).max(max).default(value).describe(reason)
}

interface ModeDefaults {
  backoffBaseMs: number
  backoffCapMs: number
  attemptsPerModel: number
  rounds: number
  roundPauseMs: number
  deadlineMs: number
  deadline4kMs: number
  slotWaitMaxMs: number
  outwaitsQuota: boolean
}

/** How one turn is carried through; `interactive` and `patient` differ in defaults alone. */
function modeSchema(mode: ModeDefaults) {
  return z.strictObject({
    backoffBaseMs: whole(mode.backoffBaseMs, 0, 600_000, 'Wait after the first failure on a model; doubles with each further one.'),
    backoffCapMs: whole(mode.backoffCapMs, 0, 3_600_000, 'Longest wait the doubling leads to.'),
    backoffJitter: share(
      0.2,
      0.5,
      'Share by which a wait is made longer or shorter, so that turns that failed together do not return together.',
    ),
    attemptsPerModel: whole(mode.attemptsPerModel, 1, 10, 'Attempts on one model before the next of the chain has its turn.'),
    rounds: whole(mode.rounds, 1, 100, 'Times the chain is gone through, while models only refuse: refusals are not billed.'),
    roundPauseMs: whole(mode.roundPauseMs, 0, 3_600_000, 'Least time between the last refusal of a model in one round and the next round.'),
    repairsMax: whole(10, 0, 50, 'Repairs in one turn; each kind happens once, but a turn may use many files.'),
    deadlineMs: whole(
      mode.deadlineMs,
      1_000,
      7 * DAY_MS,
      'One deadline over waits, retries, fallbacks and repairs, from when the turn may start.',
    ),
    deadline4kMs: whole(mode.deadline4kMs, 1_000, 7 * DAY_MS, 'The same for 4K, whose attempts may take ten minutes.'),
    minimumSliceMs: whole(
      30_000,
      0,
      600_000,
      'An attempt that cannot have this long is not begun. A deadline shorter than this asks for a quarter of itself.',
    ),
    slotWaitMaxMs: whole(
      mode.slotWaitMaxMs,
      0,
      7 * DAY_MS,
      'Longest wait for a slot in a known quota before the next model is asked instead.',
    ),
    outwaitsQuota: z
      .boolean()
      .default(mode.outwaitsQuota)
      .describe('Whether a spent quota is waited for, rather than failing when no other model is left.'),
    resendAmbiguous: whole(1, 0, 3, 'Times a turn may be sent again although an earlier attempt may have been billed.'),
    resendBlocked: whole(1, 0, 3, 'Times a prompt is sent again after the output filter took its picture: sampling varies.'),
    faultsPerModel: whole(2, 1, 10, '500s of one model before it is left: a third one rarely differs.'),
    expiriesPerModel: whole(1, 1, 10, '504s of one model before a smaller size or the next model: it takes minutes to see one.'),
    onNoImage: z
      .enum(['fail', 'retry_once', 'fallback'])
      .default('retry_once')
      .describe('What an answer with neither image nor text leads to.'),
    allowDegraded: z
      .array(z.enum(DEGRADABLE))
      .default([])
      .describe('What may be degraded when nobody says: nothing, since it must never be silent.'),
    degradable: z
      .array(z.enum(DEGRADABLE))
      .default([...DEGRADABLE])
      .describe('What callers may allow to be degraded.'),
    peakStart: z
      .enum(['first', 'fallback'])
      .default('first')
      .describe('Where turns start in hours of risk: on the first model, or on the second.'),
  })
}

const interactive = modeSchema({
  backoffBaseMs: 2_000,
  backoffCapMs: 30_000,
  attemptsPerModel: 3,
  rounds: 1,
  roundPauseMs: 15_000,
  deadlineMs: 600_000,
  deadline4kMs: 900_000,
  slotWaitMaxMs: 60_000,
  outwaitsQuota: false,
})

const patient = modeSchema({
  backoffBaseMs: 30_000,
  backoffCapMs: 300_000,
  attemptsPerModel: 5,
  rounds: 48,
  roundPauseMs: 900_000,
  deadlineMs: DAY_MS,
  deadline4kMs: DAY_MS,
  slotWaitMaxMs: DAY_MS,
  outwaitsQuota: true,
})

interface StrategyDefaults {
  attemptsPerModelMax: number
  roundsMin: number
  resendAmbiguousMax: number
  fallback: boolean
}

/** What a strategy adds to its chain (the chains are catalogue data). */
function strategySchema(strategy: StrategyDefaults) {
  return z.strictObject({
    attemptsPerModelMax: whole(strategy.attemptsPerModelMax, 1, 10, 'Most attempts on one model, whatever the mode allows.'),
    roundsMin: whole(
      strategy.roundsMin,
      1,
      100,
      'Fewest times the chain is gone through: a short chain needs a second round to be dependable.',
    ),
    resendAmbiguousMax: whole(strategy.resendAmbiguousMax, 0, 3, 'Most repeats of what may have been billed, whatever the mode allows.'),
    fallback: z.boolean().default(strategy.fallback).describe('Whether models after the first of the chain are used at all.'),
  })
}

const breaker = z.strictObject({
  windowMs: whole(300_000, 10_000, 3_600_000, 'How far back refusals for capacity are looked at.'),
  samplesMin: whole(10, 1, 10_000, 'Fewer attempts in the window say nothing.'),
  openShare: share(0.3, 1, 'A share of `overloaded` above this opens the breaker.'),
  openInARow: whole(5, 1, 1_000, 'So many `overloaded` in a row open it too.'),
  coolDownMs: whole(60_000, 100, 3_600_000, 'First time out; doubles with each probe that fails.'),
  lookAgainMs: whole(5_000, 100, 600_000, 'How soon a turn without another model looks whether a probe has come back.'),
  coolDownMaxMs: whole(900_000, 100, DAY_MS, 'Longest time out.'),
  strainedShareMax: share(
    0.8,
    1,
    'Up to this share of `overloaded` an open model counts as strained, not down, and is asked when no other is left.',
  ),
})

const retryBudget = z.strictObject({
  windowMs: whole(10_000, 1_000, 600_000, 'Time over which retries are weighed against other attempts.'),
  share: share(0.2, 10, 'Retries may add this share of load, so that an outage is not made worse. Falling back is not a retry.'),
  floor: whole(10, 0, 100_000, 'Retries always allowed in the window, all nodes together: a quiet service must be able to retry at all.'),
})

const quota = z.strictObject({
  learnedForMs: whole(6 * 3_600_000, 60_000, 30 * DAY_MS, 'How long a limit read from a refusal is believed: tiers change.'),
  fairTenantsMax: whole(64, 1, 1_000, 'Tenants whose waiting is remembered per model; the state must stay small.'),
})

const hours = z.array(z.tuple([z.int().min(0).max(23), z.int().min(1).max(24)]))

const calendar = z.strictObject({
  riskHoursUtc: hours
    .default([
      [1, 3],
      [10, 18],
    ])
    .describe('Hours of risk as published: from, until, in UTC.'),
  preferredHoursUtc: hours.default([[3, 6]]).describe('Hours recommended for batches. Where sources disagree, risk wins.'),
  preferredWithinMs: whole(
    3 * 3_600_000,
    0,
    DAY_MS,
    'An off-peak turn waits for a preferred hour that begins this soon, and else starts in any hour without risk.',
  ),
  observedMin: whole(50, 1, 100_000, 'Attempts seen in an hour of the week before our own ledger overrules what is published.'),
  observedRiskShare: share(0.2, 1, 'Share of `overloaded` that makes an observed hour one of risk.'),
})

export const policiesSchema = z.strictObject({
  interactive: interactive.prefault({}),
  patient: patient.prefault({}),
  strategies: z
    .strictObject({
      quality: strategySchema({ attemptsPerModelMax: 10, roundsMin: 2, resendAmbiguousMax: 3, fallback: true }).prefault({}),
      stability: strategySchema({ attemptsPerModelMax: 10, roundsMin: 2, resendAmbiguousMax: 3, fallback: true }).prefault({}),
      cost: strategySchema({ attemptsPerModelMax: 2, roundsMin: 1, resendAmbiguousMax: 0, fallback: false }).prefault({}),
    })
    .prefault({}),
  breaker: breaker.prefault({}),
  retryBudget: retryBudget.prefault({}),
  quota: quota.prefault({}),
  calendar: calendar.prefault({}),
  lingerMs: whole(120_000, 0, 3_600_000, 'How long an attempt that was already sent is read on after its turn was canceled.'),
})
