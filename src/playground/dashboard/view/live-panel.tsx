import { formatAge, formatCountdown, formatUsd } from '../../model/figures.ts'
import { describeFailure, modelName } from '../../model/words.ts'
import { useNow } from '../../view/use-now.ts'
import type { Ending, LiveAttempt, LiveWait } from '../model/live.ts'
import { ENDINGS, WAITS } from '../model/words.ts'
import { Panel } from './panel.tsx'
import { useBoard } from './post.ts'

const TICK_MS = 500
/** The others are counted. */
const LINES_MAX = 6

/** What goes on just now: attempts in flight, turns that wait, and how the last ones ended. */
export function LivePanel() {
  const { live } = useBoard()
  const nowMs = useNow(TICK_MS)
  const attempts = [...live.attempts.values()].slice(0, LINES_MAX)
  const waits = [...live.waits.values()].slice(0, LINES_MAX - attempts.length)
  const more = live.attempts.size + live.waits.size - attempts.length - waits.length
  return (
    <Panel title="Live" note="Edits of the key’s own tenant" class="live">
      {attempts.length + waits.length === 0 && <p class="panel-empty">Nothing is under way.</p>}
      <ul>
        {attempts.map((attempt) => (
          <AttemptLine key={attempt.turnId} attempt={attempt} nowMs={nowMs} />
        ))}
        {waits.map((wait) => (
          <WaitLine key={wait.turnId} wait={wait} nowMs={nowMs} />
        ))}
        {more > 0 && <li class="live-line muted">and {more} more</li>}
      </ul>
      {live.endings.length > 0 && <h3>Ended</h3>}
      <ul>
        {live.endings.map((ending) => (
          <EndingLine key={ending.turn.id} ending={ending} nowMs={nowMs} />
        ))}
      </ul>
    </Panel>
  )
}

function AttemptLine({ attempt: { model, n, fallback, startedAtMs }, nowMs }: { attempt: LiveAttempt; nowMs: number }) {
  return (
    <li class="live-line">
      <span class="pulse" aria-hidden="true" />
      <span>
        {modelName(model)}, attempt {n}
        {fallback && ' (fallback)'}
      </span>
      <span class="live-figure">{formatCountdown(nowMs - startedAtMs)}</span>
    </li>
  )
}

function WaitLine({ wait: { because, untilMs }, nowMs }: { wait: LiveWait; nowMs: number }) {
  return (
    <li class="live-line">
      <span class="pulse pulse-waiting" aria-hidden="true" />
      <span>Waits: {WAITS[because]}</span>
      <span class="live-figure">{untilMs > nowMs ? `in ${formatCountdown(untilMs - nowMs)}` : 'now'}</span>
    </li>
  )
}

function EndingLine({ ending: { turn, atMs }, nowMs }: { ending: Ending; nowMs: number }) {
  const { status, model, fallback, error, costUsd } = turn
  const why = error === null || status === 'canceled' ? '' : `: ${describeFailure(error)}`
  const who = model === null || status !== 'succeeded' ? '' : ` by ${modelName(model)}${fallback ? ' (fallback)' : ''}`
  return (
    <li class="live-line">
      <span class={`mark mark-${status}`} aria-hidden="true" />
      <a href={`/#/${turn.sessionId}`}>
        {ENDINGS[status] ?? status}
        {who}
        {why}
      </a>
      <span class="live-figure">
        {formatUsd(costUsd)} · {formatAge(nowMs - atMs)}
      </span>
    </li>
  )
}
