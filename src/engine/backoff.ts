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

/** A number in [0, 1) that depends on the turn and the attempt alone: 32-bit FNV-1a, its bits mixed once more (murmur3's end). */
function chanceOf(turnId: string, attempt: number): number {
  let hash = 0x811c9dc5 ^ attempt
  for (let i = 0; i < turnId.length; i++) hash = Math.imul(hash ^ turnId.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
