import { useEffect, useRef, useState } from 'preact/hooks'
import type { Session } from '../../client/index.ts'
import type { Desk } from '../state/app-state.ts'
import { type ExportFormat, exportSession, removeSession } from '../state/session-list.ts'
import { useAct } from './desk.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

const EXPORTS: Readonly<Record<ExportFormat, string>> = {
  zip: 'Everything, to import again (zip)',
  html: 'A page to look at (html)',
  markdown: 'A text with pictures (markdown)',
  json: 'Data without pictures (json)',
  gemini: 'Contents for the Gemini API (json)',
}

/** Export and removal of a session. */
export function SessionMenu({ session, onGone }: { session: Session; onGone: () => void }) {
  const menu = useRef<HTMLDetailsElement>(null)
  const act = useAct()
  const [removing, setRemoving] = useState(false)
  const close = () => {
    if (menu.current !== null) menu.current.open = false
  }
  useEffect(() => {
    const onPointerDown = ({ target }: PointerEvent) => {
      if (target instanceof Node && !menu.current?.contains(target)) close()
    }
    addEventListener('pointerdown', onPointerDown)
    return () => removeEventListener('pointerdown', onPointerDown)
  })
  return (
    <>
      <details class="menu" ref={menu} onKeyDown={(event) => event.key === 'Escape' && close()}>
        <summary class="icon-button" aria-label="This session" title="This session">
          <Icon name="more" />
        </summary>
        <div class="menu-items">
          <p>Export</p>
          {Object.entries(EXPORTS).map(([format, label]) => (
            <button
              type="button"
              key={format}
              onClick={() => {
                close()
                act((desk) => save(desk, session, format as ExportFormat))
              }}
            >
              {label}
            </button>
          ))}
          <hr />
          <button
            type="button"
            class="menu-danger"
            onClick={() => {
              close()
              setRemoving(true)
            }}
          >
            Delete this session …
          </button>
        </div>
      </details>
      {removing && <RemovalDialog session={session} onKeep={() => setRemoving(false)} onGone={onGone} />}
    </>
  )
}

interface RemovalDialogProps {
  session: Session
  onKeep: () => void
  onGone: () => void
}

function RemovalDialog({ session, onKeep, onGone }: RemovalDialogProps) {
  const act = useAct()
  const remove = async (desk: Desk) => {
    await removeSession(desk, session.id)
    onGone()
  }
  return (
    <Dialog title="Delete this session?" onClose={onKeep}>
      <p>Its edits and the pictures that nothing else uses are removed for good.</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onKeep}>
          Keep it
        </button>
        <button type="button" class="button button-danger" onClick={() => act(remove)}>
          Delete
        </button>
      </div>
    </Dialog>
  )
}

async function save(desk: Desk, session: Session, format: ExportFormat): Promise<void> {
  const file = await exportSession(desk, session, format)
  if (file === null) return desk.store.set({ notice: { text: 'This service does not offer exports.', tone: 'info' } })
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name })
  link.click()
  URL.revokeObjectURL(url)
}
