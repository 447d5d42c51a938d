import { loadSessions } from '../state/session-list.ts'
import { useAct, useAppState } from './desk.ts'
import { KeyDialog } from './key-dialog.tsx'

/** Asks for a key, and begins with it. */
export function AccessDialog({ onReady }: { onReady: () => void }) {
  const { keyRefused } = useAppState()
  const act = useAct()
  const begin = (key: string, forGood: boolean) =>
    act(async (desk) => {
      desk.access.takeKey(key, forGood)
      await loadSessions(desk)
      onReady()
    })
  return (
    <KeyDialog refused={keyRefused} onKey={begin}>
      This service wants a key. It stays in this browser; within a session the page uses a token that is good for that session alone.
    </KeyDialog>
  )
}
