/** Policy: data read once, frozen, and narrowed for a turn. */
import type { z } from 'zod'
import { deepFreeze } from '../domain/deep-freeze.ts'
import { InvalidOverlay } from '../domain/invalid-overlay.ts'
import { parseFields } from '../domain/parse-fields.ts'
import type { Degradable, PolicyNarrowing, Strategy } from '../domain/session.ts'
import { policiesSchema } from './policy-schema.ts'

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/** The whole policy of an installation. */
export type Policies = DeepReadonly<z.infer<typeof policiesSchema>>
export type ModePolicy = Policies['interactive']
export type BreakerPolicy = Policies['breaker']
export type RetryBudgetPolicy = Policies['retryBudget']
export type QuotaPolicy = Policies['quota']
export type CalendarPolicy = Policies['calendar']

/** What governs the shared state of one (endpoint project, model); the same for every turn. */
export type SharedPolicy = Pick<Policies, 'breaker' | 'retryBudget' | 'quota'>

/** What one turn goes by: a mode, what its strategy makes of it, and what session and turn narrowed. */
export interface TurnPolicy extends ModePolicy {
  /** Whether models after the first of the chain are used. */
  readonly fallback: boolean
  readonly shared: SharedPolicy
  readonly calendar: CalendarPolicy
}

/**
 * The policy in force: `overlay` (`ENGINE_POLICY`; undefined or null: none) over the defaults, frozen. Throws `InvalidOverlay`
 * with the path of every bad or unknown field.
 */
export function loadPolicy(overlay: unknown): Policies {
  const parsed = parseFields(policiesSchema, overlay ?? {})
  if (!parsed.ok) throw new InvalidOverlay('ENGINE_POLICY', parsed.errors)
  return deepFreeze(parsed.data)
}

/** What a turn of this window and strategy goes by before anyone narrows it; `off_peak` turns are the patient ones. */
export function turnPolicy(policies: Policies, window: 'off_peak' | null, strategy: Strategy): TurnPolicy {
  const mode = window === 'off_peak' ? policies.patient : policies.interactive
  const { attemptsPerModelMax, roundsMin, resendAmbiguousMax, fallback } = policies.strategies[strategy]
  return {
    ...mode,
    attemptsPerModel: Math.min(mode.attemptsPerModel, attemptsPerModelMax),
    rounds: Math.max(mode.rounds, roundsMin),
    resendAmbiguous: Math.min(mode.resendAmbiguous, resendAmbiguousMax),
    fallback,
    shared: policies,
    calendar: policies.calendar,
  }
}

/**
 * A turn's policy narrowed by its session's wishes, then its own. Nothing here widens: numbers only fall, `fail` on no image is
 * final, and what may be degraded is what everybody who spoke agrees to. A caller's `attemptsPerModel` is for the whole turn.
 */
export function narrowPolicy(policy: TurnPolicy, session: PolicyNarrowing, turn: PolicyNarrowing): TurnPolicy {
  const wishes = [session, turn]
  const attempts = wishes.flatMap(({ attemptsPerModel }) => attemptsPerModel ?? [])
  return {
    ...policy,
    resendAmbiguous: Math.min(policy.resendAmbiguous, ...wishes.flatMap(({ resendAmbiguous }) => resendAmbiguous ?? [])),
    attemptsPerModel: Math.max(1, Math.min(policy.attemptsPerModel, ...attempts)),
    rounds: attempts.length > 0 ? 1 : policy.rounds,
    onNoImage: narrowedOnNoImage(policy.onNoImage, session, turn),
    allowDegraded: narrowedDegraded(policy, wishes),
  }
}

/** `fail` forbids and so wins; between the other two, which spend the same, whoever is nearest to the turn chooses. */
function narrowedOnNoImage(ours: ModePolicy['onNoImage'], session: PolicyNarrowing, turn: PolicyNarrowing): ModePolicy['onNoImage'] {
  if ([ours, session.onNoImage, turn.onNoImage].includes('fail')) return 'fail'
  return turn.onNoImage ?? session.onNoImage ?? ours
}

function narrowedDegraded(policy: TurnPolicy, wishes: readonly PolicyNarrowing[]): readonly Degradable[] {
  const said = wishes.flatMap(({ allowDegraded }) => (allowDegraded === undefined ? [] : [allowDegraded]))
  if (said.length === 0) return policy.allowDegraded
  return policy.degradable.filter((what) => said.every((allowed) => allowed.includes(what)))
}
