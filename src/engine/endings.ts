/** How a turn ends without a picture: the status, the problem, and words that say what would help. */
import type { Attempt } from '../domain/attempt.ts'
import type { FailureKind, PassedOver, RejectionCause } from '../domain/failure.ts'
import { type Problem, type TurnErrorCode, turnProblem } from '../domain/problem.ts'
import type { FailDecision } from './decision.ts'
import { billedSoFar, type FailedAttempt } from './ledger.ts'
import type { Situation } from './situation.ts'

export interface Ending {
  status: FailDecision['status']
  problem: Problem
}

/** The code a turn ends with when it runs out of models or time after this. */
const CODE_AFTER: Readonly<Record<FailureKind, TurnErrorCode>> = Object.freeze({
  unreachable: 'upstream_unreachable',
  overloaded: 'upstream_overloaded',
  rate_limited: 'upstream_rate_limited',
  quota_exhausted: 'upstream_quota_exhausted',
  upstream_fault: 'upstream_fault',
  ambiguous: 'outcome_unknown',
  media_gone: 'upstream_rejected',
  signature_rejected: 'upstream_rejected',
  too_large: 'upstream_rejected',
  rejected: 'upstream_rejected',
  blocked: 'content_blocked',
  no_image: 'no_image',
  canceled: 'canceled',
})

/** The same for a turn that never got to ask anyone, by what stood in its way. */
const CODE_WITHOUT_ATTEMPT: Readonly<Record<string, TurnErrorCode | undefined>> = Object.freeze({
  breaker: 'upstream_overloaded',
  quota: 'upstream_rate_limited',
  quota_day: 'upstream_quota_exhausted',
  capability: 'upstream_rejected',
  too_large: 'upstream_rejected',
})

const ADVICE: Readonly<Partial<Record<TurnErrorCode, string>>> = Object.freeze({
  upstream_overloaded: 'Try again later, or use a strategy with more models.',
  upstream_rate_limited: 'Try again when the quota has recovered, or raise it with the provider.',
  upstream_quota_exhausted: 'The operator can raise the quota with the provider; daily quotas begin anew at midnight Pacific time.',
  upstream_unreachable: 'The operator should check the endpoint, the proxy and the network.',
  upstream_fault: 'A shorter or simpler prompt, or fewer and smaller images, often helps.',
  upstream_rejected: 'Ask for another size, ratio or number of images, choose other models, or allow them to be degraded.',
})

const WHO_CAN_MEND: Readonly<Record<RejectionCause, string>> = Object.freeze({
  key: "The operator must replace the endpoint's API key.",
  billing: "The operator must put the project's billing in order.",
  region: 'The provider does not serve this region: the operator must use another endpoint.',
  permission: 'The operator must give the key permission, or enable the API for its project.',
  model: 'The model is not known to the upstream, and no other is left in the chain: choose other models.',
  field: 'The request must be changed.',
  other: 'The request must be changed, or the operator must look into the endpoint.',
})

/** Of a turn that was sent to nobody, since no model takes it. */
const NOBODY_CAN = 'No model of the chain can do what is asked, so none was asked.'

/** No model is left, or no time. `retryAfterMs`: when something comes back, where that is known. */
export function exhaustedEnding(situation: Situation, passedOver: readonly PassedOver[], retryAfterMs: number | null): Ending {
  const { ledger } = situation
  if (ledger.ambiguous) return unknownEnding(situation)
  const code = ledger.last === null ? codeWithoutAttempt(situation, passedOver) : CODE_AFTER[ledger.last.outcome]
  const told = code === 'upstream_rejected' && ledger.last === null ? NOBODY_CAN : story(situation)
  const detail = `${told} ${ADVICE[code] ?? ''}`.trim()
  return { status: 'failed', problem: turnProblem(code, detail, retryAfterMs === null ? {} : { retryAfterMs }) }
}

/** Nobody can tell whether the edit was carried out, and it may not be sent once more. */
export function unknownEnding(situation: Situation): Ending {
  const detail = `${story(situation)} An attempt was sent and its answer never came: it may have been carried out and billed. Regenerating the turn sends it again.`
  return { status: 'outcome_unknown', problem: turnProblem('outcome_unknown', detail) }
}

export function canceledEnding(attempts: readonly Attempt[]): Ending {
  const sent = billedSoFar(attempts) !== 'no'
  const detail = sent ? 'Canceled after an attempt had been sent, which may be billed.' : 'Canceled before anything was billed.'
  return { status: 'canceled', problem: turnProblem('canceled', detail) }
}

export function rejectedProblem({ facts, message, model }: FailedAttempt): Problem {
  const where = facts.field == null ? '' : ` It complains of the field ${facts.field}.`
  const detail = `${model} rejected the request: ${message ?? 'it gave no reason'}.${where} ${WHO_CAN_MEND[facts.rejection ?? 'other']}`
  return turnProblem('upstream_rejected', detail, facts.field == null ? {} : { errors: [{ path: facts.field, message: message ?? '' }] })
}

/** A repair was made and the upstream still complains. */
export function mendedInVainProblem({ outcome, message, model }: FailedAttempt): Problem {
  const what = outcome === 'media_gone' ? 'fewer or other images' : 'a new session, or a shorter history (`history.mode: "window"`)'
  return turnProblem('upstream_rejected', `${model} rejected the request again after it was mended: ${message ?? outcome}. Try ${what}.`)
}

export function blockedProblem({ facts }: FailedAttempt, resent: boolean): Problem {
  const reason = facts.blockReason ?? facts.finishReason ?? 'UNKNOWN'
  const promptBlocked = facts.promptBlocked === true
  const what = promptBlocked ? 'The prompt or an input image was blocked' : 'The picture was blocked by the output filter'
  const help = promptBlocked
    ? 'Change the prompt or the images.'
    : 'Describe the wish in other words, or leave out people, brands or violence.'
  const detail = `${what} (${reason})${resent ? ', more than once' : ''}. ${help}`
  return turnProblem('content_blocked', detail, { reason, ...(facts.ratings === undefined ? {} : { ratings: facts.ratings }) })
}

export function noImageProblem({ model, facts }: FailedAttempt): Problem {
  const reason = facts.finishReason == null ? '' : ` (${facts.finishReason})`
  return turnProblem(
    'no_image',
    `${model} answered with neither an image nor text${reason}. Ask for a picture in so many words, or change the prompt.`,
  )
}

/** What kept the turn from asking anyone: the first obstacle of the chain, or what it was waiting for when time ran out. */
function codeWithoutAttempt({ places, input }: Situation, passedOver: readonly PassedOver[]): TurnErrorCode {
  if (places.length === 0) return 'upstream_rejected'
  const obstacles = [...passedOver.map(({ because }) => because), input.turn.waitReason ?? 'none']
  for (const obstacle of obstacles) {
    const code = CODE_WITHOUT_ATTEMPT[obstacle]
    if (code !== undefined) return code
  }
  return 'deadline_exceeded'
}

/** What was tried, model by model: "gemini-3-pro-image: 3 × overloaded." */
function story({ ledger, input }: Situation): string {
  const counts = new Map<string, number>()
  for (const { model, outcome } of input.attempts) {
    const what = `${model}: ${outcome ?? 'ambiguous'}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  if (ledger.last === null) return 'No model could be asked before the deadline.'
  return `Tried ${[...counts].map(([what, count]) => `${what} × ${count}`).join(', ')}.`
}
