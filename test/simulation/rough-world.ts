/** A world in which everything that can go wrong does, often: what the invariants are watched in. */
import type { EndpointLimits } from '../../src/domain/endpoint.ts'
import { FAILURE_KINDS } from '../../src/domain/failure.ts'
import { loadPolicy } from '../../src/engine/policy.ts'
import { chainOf } from './chains.ts'
import type { Mix } from './upstream.ts'
import type { WorldOptions } from './world.ts'

export const ROUGH_POLICIES = loadPolicy(undefined)

/** Every kind in equal measure, half of the time; refusals most of all. */
const EVERYTHING: Mix = Object.fromEntries(
  FAILURE_KINDS.filter((kind) => kind !== 'canceled').map((kind) => [kind, kind === 'overloaded' ? 0.2 : 0.05]),
)

export function roughWorld(seed: number, more: Partial<WorldOptions> & { mix?: Mix; limits?: EndpointLimits } = {}): WorldOptions {
  const { mix = EVERYTHING, limits = {}, ...options } = more
  return {
    seed,
    policies: ROUGH_POLICIES,
    strategy: 'quality',
    chain: chainOf(['gemini-3-pro-image', 'gemini-3.1-flash-image', 'gemini-2.5-flash-image'], limits),
    forecast: () => ({ mix, latencyS: [10, 330] }),
    turns: 400,
    gapMs: 4_000,
    tenants: 3,
    dies: 0.05,
    seemsDead: 0.05,
    stale: 0.2,
    cancels: 0.05,
    narrowing: {},
    window: null,
    startMs: 1_793_534_400_000,
    ...options,
  }
}
