import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../view/icons.tsx'
import { isDark, toggleTheme } from '../view/theme.ts'

/** The way to the other pages, and a place for the reference; what stands in that place is seen where there is none. */
export function Frame({ onPlace }: { onPlace: (place: HTMLElement) => void }) {
  const place = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is there
  useEffect(() => {
    if (place.current !== null) onPlace(place.current)
  }, [])
  const onTheme = () => {
    toggleTheme()
    document.documentElement.classList.toggle('dark-mode', isDark())
  }
  return (
    <>
      <header class="reference-header">
        <p class="wordmark">
          Pentimento <span class="wordmark-page">API</span>
        </p>
        <nav class="pages" aria-label="Pages">
          <a href="/">Playground</a>
          <a href="/dashboard">Dashboard</a>
          <a href="/openapi.json">openapi.json</a>
        </nav>
        <IconButton icon="theme" label="Light or dark" onClick={onTheme} />
      </header>
      <main>
        <div class="reference" ref={place}>
          <p class="reference-missing">
            This installation does not render its reference. The document is at <a href="/openapi.json">/openapi.json</a>, for a viewer of
            yours.
          </p>
        </div>
      </main>
    </>
  )
}
