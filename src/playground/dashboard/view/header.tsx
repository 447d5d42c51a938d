import { useEffect } from 'preact/hooks'
import type { StatsWindow } from '../../../client/index.ts'
import { IconButton } from '../../view/icons.tsx'
import { toggleTheme } from '../../view/theme.ts'
import { useBoard, usePost } from './post.ts'

const WINDOWS: Readonly<Record<StatsWindow, string>> = { '5m': '5 minutes', '1h': '1 hour', '24h': '24 hours' }

/** The window that all figures are of, and the way to the other pages. */
export function Header() {
  const { store } = usePost()
  const { window: chosen } = useBoard()
  // Charts are painted: they take on new colours only when they are drawn again.
  const repaint = () => store.set({})
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store stays the same
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', repaint)
    return () => scheme.removeEventListener('change', repaint)
  }, [])
  const choose = (window: StatsWindow) => {
    history.replaceState(null, '', `#${window}`)
    store.set({ window })
  }
  return (
    <header class="board-header">
      <h1 class="wordmark">
        Pentimento <span class="wordmark-page">Dashboard</span>
      </h1>
      <fieldset class="windows">
        <legend class="unseen">Figures of the last</legend>
        {Object.entries(WINDOWS).map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="window" value={value} checked={value === chosen} onChange={() => choose(value as StatsWindow)} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <nav class="pages" aria-label="Pages">
        <a href="/">Playground</a>
        <a href="/docs">API</a>
      </nav>
      <IconButton
        icon="theme"
        label="Light or dark"
        onClick={() => {
          toggleTheme()
          repaint()
        }}
      />
    </header>
  )
}
