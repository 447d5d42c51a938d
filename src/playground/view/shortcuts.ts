/** Keys that work wherever the focus is. */
import { useEffect } from 'preact/hooks'
import { activeTurn } from '../state/conversation.ts'
import { cancelEdit, redo, undo } from '../state/edits.ts'
import { attempt } from '../state/report.ts'
import { useDesk } from './desk.ts'

export const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ['Enter', 'Send'],
  ['Shift + Enter', 'New line'],
  ['Esc', 'Stop the edit under way'],
  ['Ctrl or ⌘ + Z', 'Undo'],
  ['Ctrl or ⌘ + Shift + Z', 'Redo'],
  ['/', 'To the text field'],
  ['N', 'New session'],
  ['?', 'This list'],
]

interface Elsewhere {
  focusField: () => void
  newSession: () => void
  showList: () => void
}

export function useShortcuts({ focusField, newSession, showList }: Elsewhere): void {
  const desk = useDesk()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const action = actionFor(event)
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    const act = (action: typeof undo) => () => void attempt(desk, () => action(desk))
    const actionFor = ({ key, ctrlKey, metaKey, shiftKey, altKey, target }: KeyboardEvent): (() => void) | undefined => {
      const written = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement ? target.value : null
      if (key === 'Escape') return activeTurn(desk.store.get().conversation) === undefined ? undefined : act(cancelEdit)
      // Within a text, undo is the text's own.
      if (ctrlKey || metaKey) return key.toLowerCase() === 'z' && (written ?? '') === '' ? act(shiftKey ? redo : undo) : undefined
      if (written !== null || altKey || target instanceof HTMLSelectElement) return undefined
      return { '/': focusField, n: newSession, '?': showList }[key]
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  })
}
