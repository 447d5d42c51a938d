import type { Turn } from '../../client/index.ts'
import { describeFailure, describeProgress } from '../model/words.ts'
import type { AppState } from '../state/app-state.ts'
import { activeTurn, branchOf } from '../state/conversation.ts'
import { useAppState } from './desk.ts'

/** Reads out what happens, once a change: no seconds, which would never let anyone hear anything else. */
export function Announcer() {
  const state = useAppState()
  return (
    <p class="unseen" role="status" aria-live="polite">
      {wordsFor(state)}
    </p>
  )
}

function wordsFor({ conversation, pending, connected }: AppState): string {
  if (!connected) return 'The connection is lost.'
  if (pending !== null) return 'Sending'
  const active = activeTurn(conversation)
  const progress = active === undefined ? undefined : conversation?.progress.get(active.id)
  if (progress !== undefined) return describeProgress(progress)
  const last = conversation === null ? undefined : branchOf(conversation).at(-1)
  return last === undefined ? '' : endingOf(last)
}

function endingOf({ status, output, error }: Turn): string {
  if (status === 'succeeded') return output?.image == null ? 'The model answered in words.' : 'The picture is there.'
  return error === null ? '' : `${describeFailure(error)}. ${error.detail}`
}
