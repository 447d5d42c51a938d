import { useState } from 'preact/hooks'
import { formatCount, formatUsd } from '../model/figures.ts'
import { renameSession } from '../state/session-list.ts'
import { useAct, useAppState } from './desk.ts'
import { IconButton } from './icons.tsx'
import { SessionMenu } from './session-menu.tsx'
import { titleOf } from './sidebar.tsx'

interface SessionHeaderProps {
  onMenu: () => void
  onTree: () => void
  onGone: () => void
}

/** The session's name, to be changed in place; what it has cost so far; and what can be done with it as a whole. */
export function SessionHeader({ onMenu, onTree, onGone }: SessionHeaderProps) {
  const { conversation } = useAppState()
  const session = conversation?.session
  return (
    <header class="session-header">
      <IconButton icon="menu" label="Sessions" class="narrow-only" onClick={onMenu} />
      {session === undefined ? <h2 class="title">New session</h2> : <Title key={session.id} id={session.id} title={titleOf(session)} />}
      {session !== undefined && (
        <p class="figures">
          {formatCount(session.turnCount, 'edit')} · {formatUsd(session.costUsd)}
        </p>
      )}
      {session !== undefined && <SessionMenu session={session} onGone={onGone} />}
      <IconButton icon="tree" label="Tree of edits" class="tree-toggle" onClick={onTree} />
    </header>
  )
}

function Title({ id, title }: { id: string; title: string }) {
  const act = useAct()
  const [renaming, setRenaming] = useState(false)
  const finish = (text: string) => {
    setRenaming(false)
    if (text.trim() !== '' && text.trim() !== title) act((desk) => renameSession(desk, id, text.trim()))
  }
  if (!renaming) {
    return (
      <h2 class="title">
        <button type="button" class="title-button" title="Rename" onClick={() => setRenaming(true)}>
          {title}
        </button>
      </h2>
    )
  }
  return (
    <input
      class="title-field"
      aria-label="Name of the session"
      maxLength={200}
      defaultValue={title}
      ref={(field) => field?.select()}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(event.currentTarget.value)
        if (event.key === 'Escape') setRenaming(false)
      }}
    />
  )
}
