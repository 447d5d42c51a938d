/** The upstream as the simulation knows it: by model and hour, what share of calls ends how, and how long that takes. */

import type { Billed } from '../../src/domain/billed.ts'
import type { FailureFacts, FailureKind } from '../../src/domain/failure.ts'
import { FAILURE_TRAITS } from '../../src/domain/failure.ts'
import type { Chance } from './chance.ts'

/** Shares of calls; what is left over succeeds. */
export type Mix = Readonly<Partial<Record<FailureKind, number>>>

export interface Weather {
  mix: Mix
  /** Seconds a picture takes, from and to. */
  latencyS: readonly [number, number]
}

/** What the weather is for a model at a time (ms since the world began). */
export type Forecast = (model: string, nowMs: number) => Weather

export interface UpstreamAnswer {
  outcome: 'succeeded' | FailureKind
  facts: FailureFacts
  billed: Billed
  /** Time until the answer is there, before any timeout of ours. */
  tookMs: number
}

/** Seconds until a failure shows, by kind: refusals are quick, faults and lost connections take their time. */
const FAILS_AFTER_S: Readonly<Record<FailureKind, readonly [number, number]>> = {
  unreachable: [0.1, 10],
  overloaded: [0.5, 4],
  rate_limited: [0.1, 0.5],
  quota_exhausted: [0.1, 0.5],
  upstream_fault: [5, 40],
  ambiguous: [5, 60],
  media_gone: [0.3, 1],
  signature_rejected: [0.3, 1],
  too_large: [0.3, 1],
  rejected: [0.1, 0.5],
  blocked: [15, 30],
  no_image: [15, 30],
  canceled: [1, 2],
}

export function answerOf(weather: Weather, chance: Chance): UpstreamAnswer {
  let roll = chance.next()
  for (const [kind, share] of Object.entries(weather.mix) as [FailureKind, number][]) {
    if (roll < share) return failure(kind, chance)
    roll -= share
  }
  return { outcome: 'succeeded', facts: {}, billed: 'yes', tookMs: wholeMs(chance, weather.latencyS) }
}

function failure(kind: FailureKind, chance: Chance): UpstreamAnswer {
  const tookMs = wholeMs(chance, FAILS_AFTER_S[kind])
  return { outcome: kind, facts: factsOf(kind, chance), billed: FAILURE_TRAITS[kind].billed, tookMs }
}

function wholeMs(chance: Chance, [fromS, toS]: readonly [number, number]): number {
  return Math.round(1_000 * chance.between(fromS, toS))
}

function factsOf(kind: FailureKind, chance: Chance): FailureFacts {
  switch (kind) {
    case 'rate_limited':
      return { retryAfterMs: Math.round(chance.between(1_000, 60_000)) }
    case 'upstream_fault':
      return { deadlineExpired: chance.hit(0.2) }
    case 'blocked':
      return { finishReason: 'IMAGE_SAFETY', promptBlocked: false }
    case 'no_image':
      return { finishReason: 'NO_IMAGE', usageReported: true }
    case 'media_gone':
      return { goneFiles: [`file${Math.floor(chance.between(0, 5))}`] }
    case 'rejected':
      return { rejection: chance.hit(0.5) ? 'model' : 'field' }
    default:
      return {}
  }
}
