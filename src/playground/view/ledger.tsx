import type { Turn } from '../../client/index.ts'
import { formatDuration, formatUsd } from '../model/figures.ts'
import type { Step } from '../model/progress.ts'
import { describeStep, stepsOf } from '../model/words.ts'
import { Thumbnail } from './thumbnail.tsx'

/** What was tried, attempt by attempt. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step.n} class={`step step-${step.outcome ?? 'running'}`}>
          {describeStep(step)}
        </li>
      ))}
    </ol>
  )
}

const FIDELITY = {
  exact: 'History sent exactly as it came',
  repacked: 'History sent again as pictures of yours: another model made it',
  windowed: 'Older pictures left out of the history',
} as const

/** All there is to know about how a turn came about, for whoever asks. */
export function TurnDetails({ turn }: { turn: Turn }) {
  const interim = turn.output?.parts.flatMap((part) => (part.type === 'image' && part.thought ? [part.mediaId] : [])) ?? []
  return (
    <details class="details">
      <summary>Details</summary>
      <Steps steps={stepsOf(turn)} />
      <dl>
        {turn.modelVersion !== null && <Fact name="Answered by" value={turn.modelVersion} />}
        {turn.historyFidelity !== null && <Fact name="History" value={FIDELITY[turn.historyFidelity]} />}
        {turn.degraded.length > 0 && <Fact name="Less than asked for" value={turn.degraded.join(', ')} />}
        <Fact name="Cost" value={`${formatUsd(turn.costUsd)}${turn.billed === 'maybe' ? ', perhaps more: nobody can tell' : ''}`} />
        <Fact name="Turn" value={turn.id} />
      </dl>
      {interim.length > 0 && (
        <div class="filmstrip">
          {interim.map((mediaId, index) => (
            <Thumbnail key={mediaId} sessionId={turn.sessionId} mediaId={mediaId} alt={`Interim rendering ${index + 1}`} />
          ))}
        </div>
      )}
    </details>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

/** How long a turn took in all, from being asked for; null while it goes on. */
export function durationOf({ createdAt, endedAt }: Turn): string | null {
  return endedAt === null ? null : formatDuration(Date.parse(endedAt) - Date.parse(createdAt))
}
