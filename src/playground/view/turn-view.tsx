import type { Turn } from '../../client/index.ts'
import { childrenOf, isActive, pictureBefore, promptOf } from '../model/edit-tree.ts'
import type { Conversation, Draft } from '../state/app-state.ts'
import { goTo } from '../state/edits.ts'
import { Answer } from './answer.tsx'
import { useAct } from './desk.ts'
import { FailureCard } from './failure-card.tsx'
import { IconButton } from './icons.tsx'
import { ProgressCard } from './progress-card.tsx'
import { Thumbnail } from './thumbnail.tsx'

interface TurnViewProps {
  turn: Turn
  conversation: Conversation
  /** Undone: the next edit does not build on it. */
  undone: boolean
  busy: boolean
  onOpen: (sessionId: string) => void
}

/** One edit: what was asked, and what came of it. */
export function TurnView({ turn, conversation, undone, busy, onOpen }: TurnViewProps) {
  const { turns, progress, session } = conversation
  const images = turn.input.parts.flatMap((part) => (part.type === 'image' ? [part.mediaId] : []))
  const prompt = promptOf(turn)
  const beforeUrl = pictureBefore(turns, turn)?.url ?? null
  return (
    <article class={undone ? 'turn turn-undone' : 'turn'} aria-label={`Edit: ${prompt}`} id={turn.id}>
      <div class="prompt">
        {images.length > 0 && (
          <div class="prompt-images">
            {images.map((mediaId) => (
              <Thumbnail key={mediaId} sessionId={turn.sessionId} mediaId={mediaId} alt="Given with the edit" />
            ))}
          </div>
        )}
        {prompt !== '' && <p class="prompt-text">{prompt}</p>}
        <Siblings turn={turn} conversation={conversation} busy={busy} />
      </div>
      {isActive(turn) ? (
        <ProgressCard turn={turn} beforeUrl={beforeUrl} progress={progress.get(turn.id)} />
      ) : turn.status === 'succeeded' ? (
        <Answer turn={turn} beforeUrl={beforeUrl} isHead={session.headTurnId === turn.id} busy={busy} onOpen={onOpen} />
      ) : (
        <FailureCard turn={turn} busy={busy} />
      )}
    </article>
  )
}

/** Where an edit was made more than once, or in other words: the way from one to the next. */
function Siblings({ turn, conversation, busy }: { turn: Turn; conversation: Conversation; busy: boolean }) {
  const act = useAct()
  const siblings = childrenOf(conversation.turns, turn.parentId)
  const at = siblings.findIndex(({ id }) => id === turn.id)
  const [before, after] = [siblings[at - 1], siblings[at + 1]]
  if (siblings.length < 2) return null
  const go = (to: Turn | undefined) => to !== undefined && act((desk) => goTo(desk, to))
  return (
    <nav class="siblings" aria-label="Versions of this edit">
      <IconButton icon="left" label="Version before" disabled={busy || before === undefined} onClick={() => go(before)} />
      <span>
        {at + 1} of {siblings.length}
      </span>
      <IconButton icon="right" label="Next version" disabled={busy || after === undefined} onClick={() => go(after)} />
    </nav>
  )
}

/** What was sent a moment ago, until the service has it. */
export function PendingView({ draft }: { draft: Draft }) {
  return (
    <article class="turn" aria-label="Edit being sent">
      <div class="prompt">
        {draft.attachments.length > 0 && (
          <div class="prompt-images">
            {draft.attachments.map(({ url, name }) => (
              <img key={url} class="thumbnail" src={url} alt={name} />
            ))}
          </div>
        )}
        {draft.text.trim() !== '' && <p class="prompt-text">{draft.text.trim()}</p>}
      </div>
      <div class="answer">
        <p class="progress-now">
          <span class="pulse" aria-hidden="true" />
          <span>{draft.attachments.length > 0 ? 'Sending the picture' : 'Sending'}</span>
        </p>
      </div>
    </article>
  )
}
