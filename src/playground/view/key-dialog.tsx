import { loadSessions } from '../state/session-list.ts'
import { useAct, useAppState } from './desk.ts'
import { Dialog } from './dialog.tsx'

/** Asks for a key, where the service wants one. */
export function KeyDialog({ onReady }: { onReady: () => void }) {
  const { keyRefused } = useAppState()
  const act = useAct()
  return (
    <Dialog title="Your key">
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          act(async (desk) => {
            desk.access.takeKey(String(form.get('key')).trim(), form.has('remember'))
            await loadSessions(desk)
            onReady()
          })
        }}
      >
        <p>
          This service wants a key. It stays in this browser; within a session the page uses a token that is good for that session alone.
        </p>
        {keyRefused && (
          <p class="field-error" role="alert">
            This key was refused.
          </p>
        )}
        <label class="field">
          <span>Key</span>
          <input name="key" type="password" autocomplete="current-password" required pattern="[!-~]+" aria-invalid={keyRefused} />
        </label>
        <label class="check">
          <input name="remember" type="checkbox" />
          <span>Remember it on this device</span>
        </label>
        <div class="dialog-actions">
          <button type="submit" class="button button-main">
            Continue
          </button>
        </div>
      </form>
    </Dialog>
  )
}
