/** Numbers as people read them. */

/** `40 ms`, `0.8 s`, `12.4 s`, `2 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 100) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
}

/** `$0.134`; three decimals, since one picture costs cents. */
export function formatUsd(usd: number): string {
  return `$${usd.toFixed(3)}`
}

/** `61 kB`, `1.3 MB` (powers of ten). */
export function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** `1 attempt`, `3 attempts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
