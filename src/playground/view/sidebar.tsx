import type { Session } from '../../client/index.ts'
import { formatAge, formatCount, formatUsd } from '../model/figures.ts'
import { loadMoreSessions } from '../state/session-list.ts'
import { useAct, useAppState } from './desk.ts'
import { Icon, IconButton } from './icons.tsx'
import { useNow } from './use-now.ts'

const MINUTE_MS = 60_000

interface SidebarProps {
  open: boolean
  onNew: () => void
  onOpen: (sessionId: string) => void
  onImport: () => void
  onTheme: () => void
  onClose: () => void
}

/** All sessions, the newest first. On a phone it slides in. */
export function Sidebar({ open, onNew, onOpen, onImport, onTheme, onClose }: SidebarProps) {
  const { sessions, cursor, conversation } = useAppState()
  const act = useAct()
  const nowMs = useNow(MINUTE_MS)
  return (
    <nav class={open ? 'sidebar sidebar-open' : 'sidebar'} aria-label="Sessions">
      <div class="sidebar-head">
        <h1 class="wordmark">Pentimento</h1>
        <IconButton icon="close" label="Close the list of sessions" class="narrow-only" onClick={onClose} />
      </div>
      <button type="button" class="new-session" onClick={onNew}>
        <Icon name="plus" />
        New session
      </button>
      <ul class="sessions">
        {sessions.map((session) => (
          <li key={session.id}>
            <a
              href={`#/${session.id}`}
              class="session"
              aria-current={session.id === conversation?.session.id ? 'page' : undefined}
              onClick={(event) => {
                event.preventDefault()
                onOpen(session.id)
              }}
            >
              <span class="session-title">{titleOf(session)}</span>
              <span class="session-figures">{figuresOf(session, nowMs)}</span>
            </a>
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" class="quiet-button" onClick={() => act(loadMoreSessions)}>
          Older sessions
        </button>
      )}
      <div class="sidebar-foot">
        <button type="button" class="quiet-button sidebar-import" onClick={onImport}>
          Import
        </button>
        <a class="icon-button" href="/dashboard" title="Dashboard" aria-label="Dashboard">
          <Icon name="chart" />
        </a>
        <IconButton icon="theme" label="Light or dark" onClick={onTheme} />
      </div>
    </nav>
  )
}

export function titleOf({ title }: Session): string {
  return title ?? 'Untitled'
}

function figuresOf({ updatedAt, turnCount, costUsd }: Session, nowMs: number): string {
  return [formatAge(nowMs - Date.parse(updatedAt)), formatCount(turnCount, 'edit'), formatUsd(costUsd)].join(' · ')
}
