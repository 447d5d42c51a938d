/** What a turn is doing, put together from its events: the same after a reload, since those come from the first. */
import type { FailureKind, Turn, TurnEvent, WaitReason } from '../../client/index.ts'

export interface Step {
  n: number
  model: string
  /** Whether another model than the first choice was asked. */
  fallback: boolean
  startedAtMs: number
  endedAtMs: number | null
  /** Null while in flight. */
  outcome: FailureKind | 'succeeded' | null
  next: Turn['attempts'][number]['next']
  waitMs: number
}

export interface Rendering {
  mediaId: string
  url: string
  thought: boolean
}

export interface Progress {
  phase: 'queued' | 'asking' | 'waiting' | 'ended'
  /** Unix ms of the event that began this phase. */
  sinceMs: number
  steps: readonly Step[]
  /** While it waits: until when (Unix ms), and why. */
  waiting: { untilMs: number; because: WaitReason } | null
  /** What the attempt under way has shown so far. */
  renderings: readonly Rendering[]
  text: string
}

export const NO_PROGRESS: Progress = { phase: 'queued', sinceMs: 0, steps: [], waiting: null, renderings: [], text: '' }

/** The progress after one more event. */
export function advance(progress: Progress, event: TurnEvent): Progress {
  const atMs = Date.parse(event.at)
  switch (event.type) {
    case 'turn.queued':
    case 'turn.started':
      return { ...progress, phase: 'queued', sinceMs: atMs }
    case 'turn.waiting':
      return { ...progress, phase: 'waiting', sinceMs: atMs, waiting: { untilMs: event.untilMs, because: event.because } }
    case 'attempt.started': {
      const { n, model, fallback } = event
      const step: Step = { n, model, fallback, startedAtMs: atMs, endedAtMs: null, outcome: null, next: null, waitMs: 0 }
      return { phase: 'asking', sinceMs: atMs, steps: [...progress.steps, step], waiting: null, renderings: [], text: '' }
    }
    case 'attempt.failed': {
      const { n, outcome, next, waitMs } = event
      // What it had shown is void (api.md, Turns).
      return { ...progress, steps: closeStep(progress.steps, n, { endedAtMs: atMs, outcome, next, waitMs }), renderings: [], text: '' }
    }
    case 'attempt.succeeded':
      return { ...progress, steps: closeStep(progress.steps, event.n, { endedAtMs: atMs, outcome: 'succeeded' }) }
    case 'part.image': {
      const { mediaId, url, thought } = event
      return { ...progress, renderings: [...progress.renderings, { mediaId, url, thought }] }
    }
    case 'part.text':
      return event.thought ? progress : { ...progress, text: progress.text + event.text }
    case 'attempt.late':
      return progress
    default:
      return { ...progress, phase: 'ended', sinceMs: atMs, waiting: null }
  }
}

function closeStep(steps: readonly Step[], n: number, end: Partial<Step>): Step[] {
  return steps.map((step) => (step.n === n ? { ...step, ...end } : step))
}
