import { useAppState, useDesk } from './desk.ts'
import { IconButton } from './icons.tsx'

/** What went wrong, until it is put away; and that the connection is lost, until it is there again. */
export function Notices() {
  const { notice, connected } = useAppState()
  const { store } = useDesk()
  return (
    <div class="notices">
      {!connected && (
        <p class="notice notice-connection">
          <span class="pulse" aria-hidden="true" />
          The connection is lost. Edits go on meanwhile; this page comes back by itself.
        </p>
      )}
      {notice !== null && (
        <div class={`notice notice-${notice.tone}`} role={notice.tone === 'error' ? 'alert' : 'status'}>
          <span>{notice.text}</span>
          <IconButton icon="close" label="Put away" onClick={() => store.set({ notice: null })} />
        </div>
      )}
    </div>
  )
}
