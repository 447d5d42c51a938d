/** Waits of our own making, and jitter, as pure functions: any node that decides about an attempt decides alike. */
import type { ModePolicy } from './policy.ts'

type BackoffPolicy = Pick<ModePolicy, 'backoffBaseMs' | 'backoffCapMs' | 'backoffJitter'>

/** Wait after the `failures`-th failure on a model (from 1), in ms: doubling, capped, then longer or shorter by the jitter. */
export function backoffMs(policy: BackoffPolicy, failures: number, turnId: string, attempt: number): number {
  const plainMs = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** (failures - 1))
  return Math.round(plainMs * (1 + policy.backoffJitter * (2 * chanceOf(turnId, attempt) - 1)))
}

/** A wait the upstream asked for, in ms: never shorter, a little longer, so that those refused together do not return together. */
export function askedWaitMs(policy: BackoffPolicy, retryAfterMs: number, turnId: string, attempt: number): number {
  const spreadMs = policy.backoffJitter * Math.min(retryAfterMs, policy.backoffCapMs)
  return Math.ceil(retryAfterMs + spreadMs * chanceOf(turnId, attempt))
}

/**
 * When a turn that the retry budget refused at `nowMs` asks again, in Unix ms: within the window the budget is counted over, at
 * another point of it each time, so that those who wait neither come all at once nor every second.
 */
export function askAgainMs(windowMs: number, turnId: string, nowMs: number): number {
  return Math.ceil(nowMs + windowMs * (0.25 + 0.75 * chanceOf(turnId, Math.floor(nowMs / 1_000))))
}

/** A number in [0, 1) that depends on the turn and a number alone: 32-bit FNV-1a, its bits mixed once more (murmur3's end). */
function chanceOf(turnId: string, n: number): number {
  let hash = 0x811c9dc5 ^ n
  for (let i = 0; i < turnId.length; i++) hash = Math.imul(hash ^ turnId.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
