/** Numbers as people read them. */

const MINUTE_S = 60

/** `0.4 s`, `12 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < MINUTE_S ? `${whole} s` : `${Math.floor(whole / MINUTE_S)} min ${whole % MINUTE_S} s`
}

/** What is left of a wait in whole seconds, never less than one while it goes on: `4 s`, `1:05`, `2 h 10 min`. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  if (seconds < MINUTE_S) return `${seconds} s`
  const minutes = Math.floor(seconds / MINUTE_S)
  if (minutes < MINUTE_S) return `${minutes}:${String(seconds % MINUTE_S).padStart(2, '0')}`
  return `${Math.floor(minutes / MINUTE_S)} h ${minutes % MINUTE_S} min`
}

/** `$0`, `$0.134`, `$12.40`. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 1 ? `$${usd.toFixed(3)}` : `$${usd.toFixed(2)}`
}

const STEPS: readonly (readonly [name: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `3 hours ago`; `just now` within the last minute. */
export function formatAge(ageMs: number): string {
  const seconds = ageMs / 1000
  const step = STEPS.find(([, length]) => seconds >= length)
  if (step === undefined) return 'just now'
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(seconds / step[1]), step[0])
}

/** `1 edit`, `3 edits`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
