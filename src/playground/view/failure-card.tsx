import type { Turn } from '../../client/index.ts'
import { describeFailure } from '../model/words.ts'
import { adopt, regenerate, rephrase } from '../state/edits.ts'
import { useAct } from './desk.ts'
import { Icon } from './icons.tsx'
import { TurnDetails } from './ledger.tsx'

const UNKNOWN = { code: 'outcome_unknown', title: 'It ended without an answer', detail: 'The service did not say why.' } as const

/** A turn that ended without an answer: what happened in words, and what can be done about it. */
export function FailureCard({ turn, busy }: { turn: Turn; busy: boolean }) {
  const act = useAct()
  const error = turn.error ?? UNKNOWN
  const canceled = turn.status === 'canceled'
  const late = turn.attempts.find((attempt) => attempt.late && attempt.outcome === 'succeeded')
  return (
    <div class={canceled ? 'failure failure-canceled' : 'failure'}>
      <p class="failure-title">
        <Icon name={error.code === 'content_blocked' ? 'blocked' : canceled ? 'stop' : 'warning'} />
        {describeFailure(error)}
      </p>
      {!canceled && <p>{error.detail}</p>}
      {late !== undefined && <p>An answer came after all. It is paid for, and you can use it.</p>}
      <div class="failure-actions">
        {late !== undefined && (
          <button type="button" class="button" disabled={busy} onClick={() => act((desk) => adopt(desk, turn, late.n))}>
            Use the late answer
          </button>
        )}
        <button type="button" class="button" disabled={busy} onClick={() => act((desk) => regenerate(desk, turn))}>
          Try the same again
        </button>
        <button type="button" class="quiet-button" disabled={busy} onClick={() => act((desk) => rephrase(desk, turn))}>
          Rephrase
        </button>
      </div>
      <TurnDetails turn={turn} />
    </div>
  )
}
