/** The session that is open stands in the page's address, so that it survives a reload and can be bookmarked. */
import { useEffect } from 'preact/hooks'

export function sessionInAddress(): string | null {
  return /^#\/(ses_[0-9a-z]{26})$/.exec(location.hash)?.[1] ?? null
}

export function showInAddress(sessionId: string | null): void {
  const address = sessionId === null ? location.pathname : `#/${sessionId}`
  if (sessionId !== sessionInAddress()) history.pushState(null, '', address)
}

/** Shows the session that is open, which gets its id when its first edit is sent, and opens the one the browser goes back to. */
export function useAddress(openId: string | undefined, open: (sessionId: string | null) => void): void {
  useEffect(() => {
    if (openId !== undefined) showInAddress(openId)
  }, [openId])
  useEffect(() => {
    const onPopState = () => open(sessionInAddress())
    addEventListener('popstate', onPopState)
    return () => removeEventListener('popstate', onPopState)
  })
}
