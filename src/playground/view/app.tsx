import { useEffect, useRef, useState } from 'preact/hooks'
import { attachFiles } from '../state/attachments.ts'
import { activeTurn, leaveConversation, openConversation } from '../state/conversation.ts'
import { attempt } from '../state/report.ts'
import { importSession, loadSessions } from '../state/session-list.ts'
import { AccessDialog } from './access-dialog.tsx'
import { sessionInAddress, showInAddress, useAddress } from './address.ts'
import { Announcer } from './announcer.tsx'
import { chooseFiles } from './choose-files.ts'
import { Composer } from './composer.tsx'
import { useAppState, useDesk } from './desk.ts'
import { Dialog } from './dialog.tsx'
import { EditTree } from './edit-tree.tsx'
import { Notices } from './notices.tsx'
import { SessionHeader } from './session-header.tsx'
import { SHORTCUTS, useShortcuts } from './shortcuts.ts'
import { Sidebar } from './sidebar.tsx'
import { toggleTheme } from './theme.ts'
import { Transcript } from './transcript.tsx'
import { useDroppedAndPastedFiles } from './use-files.ts'

const PICTURES = 'image/png,image/jpeg,image/webp,image/heic,image/heif,.heic,.heif'

/** The whole page. */
export function App() {
  const desk = useDesk()
  const { access, conversation } = useAppState()
  const field = useRef<HTMLTextAreaElement>(null)
  const [drawer, setDrawer] = useState<'sessions' | 'tree' | null>(null)
  const [listing, setListing] = useState(false)
  const dragging = useDroppedAndPastedFiles()
  const busy = activeTurn(conversation) !== undefined

  const open = (id: string | null) => {
    setDrawer(null)
    showInAddress(id)
    if (id === null) leaveConversation(desk)
    else void attempt(desk, () => openConversation(desk, id))
    field.current?.focus()
  }
  const begin = () => {
    const id = sessionInAddress()
    if (id !== null) void attempt(desk, () => openConversation(desk, id))
    field.current?.focus()
  }
  const attach = () => chooseFiles(PICTURES, (files) => attachFiles(desk, files))
  const bringBack = () =>
    chooseFiles('.zip,.json', ([bundle]) => {
      if (bundle === undefined) return
      void attempt(desk, async () => {
        const id = await importSession(desk, bundle)
        if (id === null) desk.store.set({ notice: { text: 'This service cannot import sessions.', tone: 'info' } })
        else open(id)
      })
    })

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is there
  useEffect(() => void attempt(desk, () => loadSessions(desk)).then((granted) => granted && begin()), [])
  useAddress(conversation?.session.id, open)
  useShortcuts({ focusField: () => field.current?.focus(), newSession: () => open(null), showList: () => setListing(true) })

  return (
    <div class={dragging ? 'page page-dragging' : 'page'}>
      <Sidebar
        open={drawer === 'sessions'}
        onNew={() => open(null)}
        onOpen={open}
        onImport={bringBack}
        onTheme={toggleTheme}
        onClose={() => setDrawer(null)}
      />
      <main class="main">
        <SessionHeader onMenu={() => setDrawer('sessions')} onTree={() => setDrawer('tree')} onGone={() => open(null)} />
        <div class="transcript">
          <Transcript busy={busy} onOpen={open} onAttach={attach} />
        </div>
        <div class="bottom">
          <Notices />
          <Composer field={field} busy={busy} onAttach={attach} />
        </div>
      </main>
      <EditTree conversation={conversation} open={drawer === 'tree'} busy={busy} onClose={() => setDrawer(null)} />
      {drawer !== null && <div class="scrim" onClick={() => setDrawer(null)} aria-hidden="true" />}
      {dragging && <p class="drop-hint">Drop the picture anywhere</p>}
      {access === 'needed' && <AccessDialog onReady={begin} />}
      {listing && <ShortcutList onClose={() => setListing(false)} />}
      <Announcer />
    </div>
  )
}

function ShortcutList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
