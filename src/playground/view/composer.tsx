import type { RefObject, TargetedKeyboardEvent } from 'preact'
import { useEffect } from 'preact/hooks'
import { detach } from '../state/attachments.ts'
import { cancelEdit, isEmpty, neighbours, redo, submitDraft, undo } from '../state/edits.ts'
import { useAct, useAppState, useDesk } from './desk.ts'
import { Icon, IconButton } from './icons.tsx'
import { Pickers } from './pickers.tsx'

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>
  /** An edit is under way. */
  busy: boolean
  onAttach: () => void
}

/** Where the next edit is written. */
export function Composer({ field, busy, onAttach }: ComposerProps) {
  const { draft, conversation, pending } = useAppState()
  const { store } = useDesk()
  const act = useAct()
  const begun = (conversation?.turns.size ?? 0) > 0

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field grows with what is in it
  useEffect(() => {
    const { current } = field
    if (current === null) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [draft.text])

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    act(submitDraft)
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        act(submitDraft)
      }}
    >
      <Attachments />
      <textarea
        ref={field}
        rows={1}
        value={draft.text}
        placeholder={begun ? 'What shall change next?' : 'Describe the edit'}
        aria-label="What to do"
        onInput={(event) => store.set({ draft: { ...draft, text: event.currentTarget.value } })}
        onKeyDown={onKeyDown}
      />
      <div class="composer-foot">
        <IconButton icon="picture" label="Add a picture" onClick={onAttach} />
        <UndoRedo busy={busy} />
        <Pickers />
        {busy ? (
          <button type="button" class="send" aria-label="Stop the edit" title="Stop the edit (Esc)" onClick={() => act(cancelEdit)}>
            <Icon name="stop" />
          </button>
        ) : (
          <button type="submit" class="send" aria-label="Send" title="Send (Enter)" disabled={isEmpty(draft) || pending !== null}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  )
}

function UndoRedo({ busy }: { busy: boolean }) {
  const { conversation } = useAppState()
  const act = useAct()
  if (conversation === null || conversation.turns.size === 0) return null
  const to = neighbours(conversation)
  return (
    <>
      <IconButton icon="undo" label="Undo" disabled={busy || to.undo === undefined} onClick={() => act(undo)} />
      <IconButton icon="redo" label="Redo" disabled={busy || to.redo === undefined} onClick={() => act(redo)} />
    </>
  )
}

function Attachments() {
  const { draft } = useAppState()
  const desk = useDesk()
  if (draft.attachments.length === 0) return null
  return (
    <ul class="attachments" aria-label="Pictures for this edit">
      {draft.attachments.map((attachment) => (
        <li key={attachment.url}>
          <img src={attachment.url} alt={attachment.name} />
          <IconButton icon="close" label={`Leave out ${attachment.name}`} onClick={() => detach(desk, attachment)} />
        </li>
      ))}
    </ul>
  )
}
