import type { Turn } from '../../client/index.ts'
import { formatCountdown } from '../model/figures.ts'
import { localAddress } from '../model/media-address.ts'
import { NO_PROGRESS, type Progress } from '../model/progress.ts'
import { describeProgress } from '../model/words.ts'
import { cancelEdit } from '../state/edits.ts'
import { useAct } from './desk.ts'
import { Steps } from './ledger.tsx'
import { useNow } from './use-now.ts'

const TICK_MS = 250

interface ProgressCardProps {
  turn: Turn
  /** Address of the picture the turn began with. */
  beforeUrl: string | null
  progress: Progress | undefined
}

/** A turn under way: what goes on now, what was tried before, and what the model has shown so far. */
export function ProgressCard({ turn, beforeUrl, progress = NO_PROGRESS }: ProgressCardProps) {
  const act = useAct()
  const past = progress.steps.filter(({ outcome }) => outcome !== null)
  return (
    <div class="answer">
      <Canvas progress={progress} beforeUrl={beforeUrl} />
      <div class="progress">
        <p class="progress-now">
          <span class={`pulse pulse-${progress.phase}`} aria-hidden="true" />
          <span>{describeProgress(progress)}</span> <Timer progress={progress} createdAt={turn.createdAt} />
        </p>
        <button type="button" class="quiet-button" onClick={() => act(cancelEdit)}>
          Stop
        </button>
      </div>
      {past.length > 0 && <Steps steps={past} />}
      {progress.text !== '' && <p class="words">{progress.text}</p>}
    </div>
  )
}

/** What the model has shown last; until then the picture before, faintly. */
function Canvas({ progress: { phase, renderings }, beforeUrl }: Pick<ProgressCardProps, 'beforeUrl'> & { progress: Progress }) {
  const rendering = renderings.at(-1)
  if (rendering !== undefined) {
    return (
      <div class="canvas canvas-shown">
        <img class="picture" src={localAddress(rendering.url)} alt={rendering.thought ? 'Interim rendering' : 'The result'} />
        {rendering.thought && <span class="tag">Interim rendering</span>}
      </div>
    )
  }
  return (
    <div class={`canvas canvas-${phase}`} aria-hidden="true">
      {beforeUrl === null ? <span class="canvas-blank" /> : <img class="picture canvas-before" src={localAddress(beforeUrl)} alt="" />}
    </div>
  )
}

/** The time left of a wait, or the time gone. Not read out: it changes all the time. */
function Timer({ progress, createdAt }: { progress: Progress; createdAt: string }) {
  const nowMs = useNow(TICK_MS)
  const { waiting, sinceMs } = progress
  const left = waiting === null ? null : waiting.untilMs - nowMs
  const beganMs = sinceMs === 0 ? Date.parse(createdAt) : sinceMs
  const words = left === null ? formatCountdown(nowMs - beganMs) : left > 0 ? `in ${formatCountdown(left)}` : 'now'
  return (
    <span class="timer" aria-hidden="true">
      {words}
    </span>
  )
}
