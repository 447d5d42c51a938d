/** `Prefer: wait=N | respond-async` (RFC 7240; api.md, Turns). */

/** What a bare `wait` asks for, in seconds. */
const BARE_WAIT_SECONDS = 30

export interface Preference {
  /** Seconds to hold the answer back for; 0: not at all; null: nothing was asked. */
  waitSeconds: number | null
}

/**
 * The preference a header states. `wait` wins over `respond-async`: together they mean "wait that long, then answer".
 * Preferences we do not know are ignored and the first of a repeated one counts, as the RFC has it; null: malformed `wait`.
 */
export function parsePrefer(header: string): Preference | null {
  const stated = new Map<string, string>()
  for (const preference of header.split(',')) {
    const [name = '', value = ''] = (preference.split(';')[0] ?? '').split('=').map((side) => side.trim())
    const key = name.toLowerCase()
    if (!stated.has(key)) stated.set(key, value.replace(/^"(.*)"$/, '$1'))
  }
  const wait = stated.get('wait')
  if (wait === '') return { waitSeconds: BARE_WAIT_SECONDS }
  if (wait !== undefined) return /^\d{1,9}$/.test(wait) ? { waitSeconds: Number(wait) } : null
  return { waitSeconds: stated.has('respond-async') ? 0 : null }
}

/** How long to wait, in ms, and what `Preference-Applied` says of it (null: no preference was stated). */
export function applyPreference({ waitSeconds }: Preference, waitMaxMs: number): { waitMs: number; applied: string | null } {
  if (waitSeconds === null) return { waitMs: 0, applied: null }
  if (waitSeconds === 0) return { waitMs: 0, applied: 'respond-async' }
  const waitMs = Math.min(waitSeconds * 1000, waitMaxMs)
  return { waitMs, applied: `wait=${Math.floor(waitMs / 1000)}` }
}
