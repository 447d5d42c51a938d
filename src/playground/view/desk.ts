/** What every part of the page reaches: the state, and a way to act on it. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { AppState, Desk } from '../state/app-state.ts'
import { attempt } from '../state/report.ts'
import { useStore } from './use-store.ts'

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (desk === null) throw new Error('the page has no desk')
  return desk
}

/** The state as it is now; whoever asks is drawn again with each change. */
export function useAppState(): AppState {
  return useStore(useDesk().store)
}

/** Runs an action of the user's; what goes wrong is shown to them. */
export function useAct(): (action: (desk: Desk) => Promise<void>) => void {
  const desk = useDesk()
  return (action) => void attempt(desk, () => action(desk))
}
