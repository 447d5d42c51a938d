import { useEffect, useState } from 'preact/hooks'
import type { Store } from '../state/store.ts'

/** The state as it is now; whoever asks is drawn again with each change. */
export function useStore<State>(store: Store<State>): State {
  const [state, setState] = useState(store.get())
  useEffect(() => {
    setState(store.get())
    return store.subscribe(() => setState(store.get()))
  }, [store])
  return state
}
