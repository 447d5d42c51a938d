import { useEffect, useRef } from 'preact/hooks'
import { branchOf } from '../state/conversation.ts'
import { useAppState, useDesk } from './desk.ts'
import { Icon } from './icons.tsx'
import { PendingView, TurnView } from './turn-view.tsx'

const IDEAS = ['A lighthouse at dusk, in oil on canvas', 'A paper model of a harbour town', 'A botanical plate of a red poppy']

interface TranscriptProps {
  busy: boolean
  onOpen: (sessionId: string) => void
  onAttach: () => void
}

/** The branch shown, from its root down. */
export function Transcript({ busy, onOpen, onAttach }: TranscriptProps) {
  const { conversation, pending, opening } = useAppState()
  const end = useRef<HTMLDivElement>(null)
  const branch = conversation === null ? [] : branchOf(conversation)
  const last = branch.at(-1)
  const progress = conversation?.progress.get(last?.id ?? '')
  const headAt = branch.findIndex(({ id }) => id === conversation?.session.headTurnId)
  const undoneAt = branch.findIndex(({ status }, index) => index > headAt && status === 'succeeded')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the end comes into sight when something is added to it
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end', behavior: 'smooth' })
  }, [last?.id, last?.status, pending, progress?.phase, progress?.renderings.length])

  if (opening) return <p class="transcript-note">Loading the session …</p>
  if (branch.length === 0 && pending === null) return <Beginning onAttach={onAttach} />
  return (
    <div class="transcript-turns">
      {conversation !== null &&
        branch.map((turn, index) => (
          <>
            {index === undoneAt && <p class="divider">Undone: the next edit continues from above</p>}
            <TurnView
              key={turn.id}
              turn={turn}
              conversation={conversation}
              undone={undoneAt >= 0 && index >= undoneAt}
              busy={busy}
              onOpen={onOpen}
            />
          </>
        ))}
      {pending !== null && <PendingView draft={pending} />}
      <div ref={end} />
    </div>
  )
}

/** An empty session: how to begin. */
function Beginning({ onAttach }: { onAttach: () => void }) {
  const { store } = useDesk()
  return (
    <div class="beginning">
      <h2>What shall it become?</h2>
      <p>Drop or paste a photo and say what to change, or describe a picture to begin with.</p>
      <button type="button" class="dropzone" onClick={onAttach}>
        <Icon name="picture" />
        <span>Choose a photo</span>
        <small>PNG, JPEG, WebP or HEIC, up to 50 MB</small>
      </button>
      <ul class="ideas" aria-label="Ideas">
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button type="button" class="chip" onClick={() => store.set({ draft: { ...store.get().draft, text: idea } })}>
              {idea}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
