/**
 * What each failure leads to, one reaction a kind (the table of engine.md). `go_on` leaves the choice of model and moment to
 * `choose`: how often a model may fail, and with what, is counted there.
 */
import type { FailureKind } from '../domain/failure.ts'
import type { RepairDecision } from './decision.ts'
import {
  blockedProblem,
  canceledEnding,
  type Ending,
  mendedInVainProblem,
  noImageProblem,
  rejectedProblem,
  unknownEnding,
} from './endings.ts'
import type { FailedAttempt } from './ledger.ts'
import { isUnknownModel } from './links-in-force.ts'
import type { Situation } from './situation.ts'

export type Reaction = { do: 'go_on' } | { do: 'repair'; how: RepairDecision['how'] } | { do: 'end'; ending: Ending }

type React = (situation: Situation, failed: FailedAttempt) => Reaction

/** Output filters whose verdict may differ from sample to sample. Every other reason, known or not, is final. */
const RESENDABLE_BLOCKS: ReadonlySet<string> = new Set(['IMAGE_SAFETY'])

const goOn: React = () => ({ do: 'go_on' })

export const REACTIONS: Readonly<Record<FailureKind, React>> = Object.freeze({
  unreachable: goOn,
  overloaded: goOn,
  rate_limited: goOn,
  quota_exhausted: goOn,
  upstream_fault: goOn,
  ambiguous: (situation) => (mayResend(situation) ? { do: 'go_on' } : { do: 'end', ending: unknownEnding(situation) }),
  media_gone: replaceMedia,
  signature_rejected: repack,
  too_large: shrink,
  rejected: (situation, failed) =>
    isUnknownModel(failed) && situation.places.length > 0 ? { do: 'go_on' } : ended(rejectedProblem(failed)),
  blocked: (situation, failed) => {
    const resendable = failed.facts.promptBlocked !== true && RESENDABLE_BLOCKS.has(failed.facts.finishReason ?? '')
    const again = resendable && situation.ledger.blocked <= situation.input.policy.resendBlocked && mayResend(situation)
    return again ? { do: 'go_on' } : ended(blockedProblem(failed, resendable))
  },
  no_image: (situation, failed) => {
    const { policy } = situation.input
    const allowed = policy.onNoImage === 'fallback' || (policy.onNoImage === 'retry_once' && situation.ledger.noImage <= 1)
    return allowed && mayResend(situation) ? { do: 'go_on' } : ended(noImageProblem(failed))
  },
  canceled: (situation) => ({ do: 'end', ending: canceledEnding(situation.input.attempts) }),
})

/** Whether anything may be sent at all: what may have been billed counts, and nothing goes out beyond `resendAmbiguous`. */
export function mayResend({ ledger, input }: Situation): boolean {
  return ledger.maybeBilled <= input.policy.resendAmbiguous
}

function ended(problem: Ending['problem']): Reaction {
  return { do: 'end', ending: { status: 'failed', problem } }
}

/** Each file once a turn; files that were not named count as one. */
function replaceMedia({ input, ledger }: Situation, failed: FailedAttempt): Reaction {
  if (failed.next === 'repair') return { do: 'go_on' }
  const replaced = input.attempts.filter(({ outcome, next }) => outcome === 'media_gone' && next === 'repair')
  const gone = failed.facts.goneFiles ?? []
  const before = replaced.flatMap(({ facts }) => facts.goneFiles ?? [])
  const files = gone.filter((file) => !before.includes(file))
  const unnamedBefore = replaced.some(({ facts }) => (facts.goneFiles ?? []).length === 0)
  const inVain = gone.length === 0 ? unnamedBefore : files.length === 0
  if (inVain || ledger.repairs >= input.policy.repairsMax) return ended(mendedInVainProblem(failed))
  return { do: 'repair', how: { repair: 'media', files } }
}

function repack({ input, ledger }: Situation, failed: FailedAttempt): Reaction {
  if (failed.next === 'repair') return { do: 'go_on' }
  if (ledger.repacked || ledger.repairs >= input.policy.repairsMax) return ended(mendedInVainProblem(failed))
  return { do: 'repair', how: { repair: 'repack' } }
}

/** First media by the Files API, where the endpoint has one; then the history windowed. */
function shrink({ input, places, ledger }: Situation, failed: FailedAttempt): Reaction {
  if (failed.next === 'repair') return { do: 'go_on' }
  const files = places[ledger.lastIndex]?.link.endpoint.files === true
  const steps = files ? 2 : 1
  if (ledger.shrinks >= steps || ledger.repairs >= input.policy.repairsMax) return ended(mendedInVainProblem(failed))
  return { do: 'repair', how: { repair: 'shrink', by: files && ledger.shrinks === 0 ? 'files' : 'window' } }
}
