import type { ComponentChildren } from 'preact'
import { Dialog } from './dialog.tsx'

interface KeyDialogProps {
  /** The key given last was refused. */
  refused: boolean
  /** `forGood`: to be remembered also after the browser was closed. */
  onKey: (key: string, forGood: boolean) => void
  /** What the key is wanted for. */
  children: ComponentChildren
}

/** Asks for a key, where the service wants one. */
export function KeyDialog({ refused, onKey, children }: KeyDialogProps) {
  return (
    <Dialog title="Your key">
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          onKey(String(form.get('key')).trim(), form.has('remember'))
        }}
      >
        <p>{children}</p>
        {refused && (
          <p class="field-error" role="alert">
            This key was refused.
          </p>
        )}
        <label class="field">
          <span>Key</span>
          <input name="key" type="password" autocomplete="current-password" required pattern="[!-~]+" aria-invalid={refused} />
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
