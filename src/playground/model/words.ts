/** What the service says in codes, in words. */
import type { FailureKind, Turn, TurnError, WaitReason } from '../../client/index.ts'
import { formatDuration } from './figures.ts'
import type { Progress, Step } from './progress.ts'

/** `gemini-3-pro-image` → `Gemini 3 Pro`; `gemini-nano-banana-2.1` → `Nano Banana 2.1`. */
export function modelName(id: string): string {
  const words = id
    .replace(/^gemini-/, '')
    .replace(/-image\b/, '')
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
  return /^\d/.test(words) && id.startsWith('gemini-') ? `Gemini ${words}` : words
}

const WAITING: Readonly<Record<WaitReason, string>> = {
  overloaded: 'The model is overloaded. Trying again',
  rate_limited: 'Too many requests just now. Trying again',
  quota: 'The quota is used up for the moment. Trying again',
  breaker: 'The model keeps failing, so it is given a rest. Trying again',
  not_before: 'Planned for later. Starting',
  off_peak: 'Waiting for a quieter hour. Starting',
  queue: 'Many are waiting. It is this edit’s turn',
}

const OUTCOMES: Readonly<Record<FailureKind | 'succeeded', string>> = {
  succeeded: 'answered',
  unreachable: 'could not be reached',
  overloaded: 'was overloaded',
  rate_limited: 'wanted fewer requests',
  quota_exhausted: 'has no quota left',
  upstream_fault: 'failed',
  ambiguous: 'broke off after the request was sent',
  media_gone: 'no longer had a picture',
  signature_rejected: 'refused the signatures of the history',
  too_large: 'found the request too large',
  rejected: 'rejected the request',
  blocked: 'blocked it',
  no_image: 'sent no picture',
  canceled: 'was stopped',
}

/** What takes no longer is not worth a number. */
const AT_ONCE_MS = 100

/** One attempt in a line: `Gemini 3 Pro was overloaded after 2.1 s; again in 4 s`. */
export function describeStep(step: Step): string {
  const name = modelName(step.model)
  if (step.outcome === null || step.endedAtMs === null) return `${name} is at work`
  const tookMs = step.endedAtMs - step.startedAtMs
  const after = tookMs < AT_ONCE_MS ? '' : ` after ${formatDuration(tookMs)}`
  return `${name} ${OUTCOMES[step.outcome]}${after}${describeNext(step)}`
}

function describeNext({ next, waitMs, outcome }: Pick<Step, 'next' | 'waitMs' | 'outcome'>): string {
  switch (next) {
    case 'retry':
      return waitMs > 0 ? `; again in ${formatDuration(waitMs)}` : '; again at once'
    case 'fallback':
      return '; on to the next model'
    case 'repair':
      return outcome === 'media_gone' ? '; uploaded again' : '; request mended'
    default:
      return ''
  }
}

/** Attempts of a turn that has ended, as steps. */
export function stepsOf({ attempts }: Pick<Turn, 'attempts'>): Step[] {
  return attempts.map(({ n, model, startedAt, durationMs, outcome, next, waitMs }) => {
    const startedAtMs = Date.parse(startedAt)
    return {
      n,
      model,
      fallback: model !== attempts[0]?.model,
      startedAtMs,
      endedAtMs: durationMs === null ? null : startedAtMs + durationMs,
      outcome,
      next,
      waitMs,
    }
  })
}

/** What goes on now, in a sentence. While it waits, the time left is for whoever shows it to add. */
export function describeProgress({ phase, steps, waiting }: Progress): string {
  const [step, before] = [steps.at(-1), steps.at(-2)]
  if (phase === 'waiting' && waiting !== null) return WAITING[waiting.because]
  if (phase !== 'asking' || step === undefined) return 'Getting ready'
  if (step.outcome !== null) return step.outcome === 'succeeded' ? 'Nearly there' : 'Going on'
  const name = modelName(step.model)
  if (before !== undefined && before.model !== step.model) return `Switched to ${name}, which is at work`
  if (before !== undefined) return `${name} is at work again`
  return step.fallback ? `${name} steps in and is at work` : `${name} is at work`
}

const BLOCKED_BY: Readonly<Record<string, string>> = {
  IMAGE_SAFETY: 'Blocked by the output filter',
  IMAGE_PROHIBITED_CONTENT: 'Blocked by the output filter',
  IMAGE_RECITATION: 'Blocked: too close to an existing work',
  PROHIBITED_CONTENT: 'Blocked: the content is not allowed',
  SAFETY: 'Blocked by the safety filter',
}

const FAILED: Partial<Readonly<Record<TurnError['code'], string>>> = {
  content_blocked: 'Blocked by a filter',
  upstream_overloaded: 'Every model is overloaded',
  upstream_rate_limited: 'Too many requests just now',
  upstream_quota_exhausted: 'The quota is used up',
  upstream_rejected: 'The model rejected the request',
  upstream_unreachable: 'The models cannot be reached',
  upstream_fault: 'The model failed',
  no_image: 'No picture came',
  outcome_unknown: 'Nobody can tell whether it was done',
  deadline_exceeded: 'It took too long',
  budget_exhausted: 'The budget is used up',
  canceled: 'Stopped',
}

/** The heading for a turn that ended without an answer; `error.detail` says more. */
export function describeFailure(error: Pick<TurnError, 'code' | 'reason' | 'title'>): string {
  const blocked = error.code === 'content_blocked' ? BLOCKED_BY[error.reason ?? ''] : undefined
  return blocked ?? FAILED[error.code] ?? error.title
}
